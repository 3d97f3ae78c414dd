/// <reference types="vite/client" />

/** The file that defines the demos' element, as a page names it. */
declare const ELEMENT: string;
