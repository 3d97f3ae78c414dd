import { hideNotice, notice, paragraph } from "./notice.ts";

/** Reads what is dropped on the page or chosen by a button; what `take` throws is told above the page.
 * @param chooser  buttons with the file inputs that they open
 * @param take  gets the first file, and the texts of all that came with it by name */
export function onFiles(
  chooser: readonly (readonly [button: HTMLElement, input: HTMLInputElement])[],
  take: (name: string, text: string, file: File, all: ReadonlyMap<string, string>) => void | Promise<void>,
): void {
  const read = async (files: readonly File[]): Promise<void> => {
    const [file] = files;
    if (file === undefined) return;
    try {
      const { textOf } = await import("../../src/shapes.ts"); // what a page needs only where a file comes
      const texts = files.map(async (f): Promise<[string, string]> => [f.name, /\.nwb$/i.test(f.name) ? "" : textOf(f.name, await f.text())]); // prettier-ignore
      const all = new Map(await Promise.all(texts));
      await take(file.name, all.get(file.name) ?? "", file, all);
      hideNotice();
    } catch (error) {
      notice("alert", `"${file.name.slice(0, 60)}" could not be opened.`, [paragraph(error instanceof Error ? error.message : String(error))]); // prettier-ignore
    }
  };
  for (const [button, input] of chooser) {
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      void read([...(input.files ?? [])]);
      input.value = "";
    });
  }
  const dropping = (on: boolean) => (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.toggle("dropping", on);
  };
  addEventListener("dragover", dropping(true));
  addEventListener("dragleave", dropping(false));
  addEventListener("drop", (event) => {
    dropping(false)(event);
    void read([...(event.dataTransfer?.files ?? [])]);
  });
}
