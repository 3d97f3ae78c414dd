// <hillock-demo page="motor-pool" rate="30"></hillock-demo>: a page of the demos in an article. One script, which needs nothing else and
// finds the pages beside itself; a frame keeps their styles, scripts and keys apart from the article's.

/** The pages that can stand in an article. */
const PAGES = ["motor-pool", "column", "learning", "plasticity", "laboratory"];
/** Attributes that say something of the element; all others are settings of the page. */
const OWN = ["page", "height", "cell", "id", "class", "style", "title", "lang", "dir", "hidden", "slot"];
const here = import.meta.url;

/** Not a <style>, which an article's policy may refuse. */
const styles = new CSSStyleSheet();
styles.replaceSync(
  ":host { display: block; margin: 1em 0 } iframe { display: block; box-sizing: border-box; width: 100%; border: 1px solid #8888; border-radius: 8px } a { font: 13px system-ui, sans-serif }",
);

class HillockDemo extends HTMLElement {
  readonly #shadow = this.attachShadow({ mode: "open" });
  #shown = "";

  constructor() {
    super();
    this.#shadow.adoptedStyleSheets = [styles];
  }

  static get observedAttributes(): string[] {
    return ["page", "cell", "height", "title"];
  }

  connectedCallback(): void {
    this.#show();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#show();
  }

  #show(): void {
    const page = this.getAttribute("page") ?? "";
    if (!PAGES.includes(page)) {
      const said = document.createElement("p");
      said.textContent = `hillock-demo: there is no page "${page.slice(0, 40)}". There are ${PAGES.join(", ")}.`;
      this.#shadow.replaceChildren(said);
      return;
    }
    const url = new URL(`${page}.html`, here);
    for (const { name, value } of this.attributes) if (!OWN.includes(name) && !/^(data|aria)-/.test(name)) url.searchParams.set(name, value); // prettier-ignore
    url.hash = this.getAttribute("cell") ?? ""; // what a page's link has behind #
    const height = Math.max(240, Number(this.getAttribute("height") ?? 760) || 760);
    const name = this.getAttribute("title") ?? `hillock, ${page.replace("-", " ")}`;
    const now = JSON.stringify([url.href, height, name]);
    if (now === this.#shown) return;
    this.#shown = now;
    const frame = Object.assign(document.createElement("iframe"), { src: url.href, title: name, loading: "lazy", allow: "clipboard-write" }); // prettier-ignore
    const link = Object.assign(document.createElement("a"), { href: url.href, target: "_blank", rel: "noopener", textContent: "Open in a page of its own" }); // prettier-ignore
    frame.style.height = `${height}px`;
    this.#shadow.replaceChildren(frame, link);
  }
}

if (customElements.get("hillock-demo") === undefined) customElements.define("hillock-demo", HillockDemo);
export {};
