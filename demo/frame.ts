import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** The pages of the site: file, and what the header calls it. */
export const PAGES = [
  ["index", undefined],
  ["motor-pool", "Motor pool"],
  ["column", "Cortical column"],
  ["learning", "Learning"],
  ["plasticity", "Plasticity"],
  ["laboratory", "Laboratory"],
  ["embedding", "In an article"],
] as const;

/** What works a simulation, on every page that has one. */
const ACTIONS = `
      <button type="button" id="pause" class="primary">Pause</button>
      <button type="button" id="step" title="One short piece, while paused" disabled>Step</button>
      <button type="button" id="again">Start again</button>
      <button type="button" id="defaults">Defaults</button>
      <button type="button" id="share">Copy link</button>`;

/** What every page with a simulation offers to take along. */
const TAKE = `
      <div id="tray"></div>
      <div id="take"></div>`;
const CARDS = `
  <section id="try" aria-labelledby="try-name">
    <h2 id="try-name">Try this</h2>
  </section>`;
const EQUATIONS = `
  <details class="how" id="equations">
    <summary>The model's equations</summary>
    <div></div>
  </details>`;

/** Before anything else is loaded: the browser begins to look for an adapter, which takes the longest where it was just started. */
const EARLY = `navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => {});`;

/** What a built page may load and run: what lies beside it, and nothing else; no page evaluates text. Their workers have no
 * policy but the server's: where there is no WebGPU, the reference engine runs code there that it prints from the equations. A
 * development server needs more, and gets no policy. */
const POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash("sha256").update(EARLY).digest("base64")}'`,
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const part = (html: string, pattern: RegExp, what: string): string => {
  const found = html.match(pattern)?.[1];
  if (found === undefined) throw new Error(`a page has no ${what}`);
  return found;
};

/** A whole page from its own part: title, description and main. The script is `<page>/main.ts`. */
export function framed(page: string, html: string, policy: boolean): string {
  const [, name] = PAGES.find(([file]) => file === page) ?? [];
  const title = part(html, /<title>(.*?)<\/title>/s, "title");
  const description = part(html, /<meta\s+name="description"\s+content="(.*?)"/s, "description");
  const main = part(html, /(<main>.*<\/main>)/s, "main");
  const links = PAGES.flatMap(([file, called]) =>
    called === undefined ? [] : [`<a href="${file}.html"${file === page ? ' aria-current="page"' : ""}>${called}</a>`],
  );
  return `<!doctype html>
<html lang="en">
  <head>
    ${policy ? `<meta http-equiv="Content-Security-Policy" content="${POLICY}" />` : ""}
    <meta charset="utf-8" />
    <script>${EARLY}</script>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <meta name="description" content="${description}" />
    <meta property="og:title" content="${name === undefined ? title : `${name}, live in the browser`}" />
    <meta property="og:description" content="${description}" />
    <meta property="og:type" content="website" />
    <meta property="og:image" content="./pictures/${page === "index" || page === "embedding" ? "motor-pool" : page}.jpg" />
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="./style.css" />
    <script type="module" src="./${page === "index" ? "start.ts" : `${page}/main.ts`}"></script>
  </head>
  <body data-state="starting">
    <a class="skip" href="#main">Skip to content</a>
    <header class="site">
      <a class="name" href="index.html">hillock</a>
      <nav aria-label="Demos">${links.join("")}</nav>
      <button type="button" id="theme" aria-label="Dark colours" aria-pressed="false" title="Light or dark">◐</button>
    </header>
    ${main
      .replace("<main>", '<main id="main" tabindex="-1">')
      .replace("<!-- notice -->", '<div id="notice" role="alert" hidden></div>')
      .replace("<!-- actions -->", ACTIONS)
      .replace("<!-- take -->", TAKE)
      .replace("<!-- cards -->", CARDS)
      .replace("<!-- equations -->", EQUATIONS)}
    <noscript>This page computes in your browser and needs JavaScript.</noscript>
  </body>
</html>
`;
}

export const frame = (policy: boolean): Plugin => ({
  name: "page frame",
  transformIndexHtml: {
    order: "pre",
    handler: (html, { path }) => framed(path.replace(/^.*\/|\.html$/g, "") || "index", html, policy),
  },
});
