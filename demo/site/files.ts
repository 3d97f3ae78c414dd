import { hideNotice, notice, paragraph } from "./notice.ts";

/** Reads what is dropped on the page or chosen by a button; what `take` throws is told above the page.
 * @param chooser  buttons with the file inputs that they open */
export function onFiles(
  chooser: readonly (readonly [button: HTMLElement, input: HTMLInputElement])[],
  take: (name: string, text: string, file: File) => void | Promise<void>,
): void {
  const read = async (file: File): Promise<void> => {
    try {
      await take(file.name, /\.nwb$/i.test(file.name) ? "" : await file.text(), file);
      hideNotice();
    } catch (error) {
      notice("alert", `"${file.name.slice(0, 60)}" could not be opened.`, [paragraph(error instanceof Error ? error.message : String(error))]); // prettier-ignore
    }
  };
  for (const [button, input] of chooser) {
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const [chosen] = input.files ?? [];
      if (chosen !== undefined) void read(chosen);
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
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) void read(file);
  });
}
