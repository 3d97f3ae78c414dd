// The first import of a page's worker: the browser looks for an adapter while the rest of the script is evaluated. The worker's own
// request, which says what was found, then waits less.
const gpu = (navigator as Partial<Navigator>).gpu;
gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => undefined);

export {};
