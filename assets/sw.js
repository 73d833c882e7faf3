// What stands in place of a page when its server cannot be reached, until it can. Nothing is kept of any page.

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>No connection · Troubleshoot</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 0; min-height: 100dvh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif;
    color: light-dark(#1c2024, #edeef0); background: light-dark(#f9f9fb, #111113); }
  main { max-width: 27rem; padding: 20px 16px 15dvh; text-align: center; }
  h1 { margin: 16px 0; font-size: 24px; line-height: 1.25; }
  p { margin: 0 0 16px; }
  button { min-height: 48px; width: 100%; border: 0; border-radius: 10px; font: inherit; font-weight: 500; color: #fff;
    background: #3e63dd; cursor: pointer; }
  button:focus-visible { outline: 3px solid #3e63dd; outline-offset: 2px; }
  .quiet { margin: 16px 0 0; color: light-dark(#60646c, #b0b4ba); }
</style>
</head>
<body>
<main>
  <svg width="40" height="40" viewBox="0 0 32 32" fill="none" aria-hidden="true"><rect width="32" height="32" rx="9"
    fill="#3e63dd"/><path d="M9 9.5h6.5M9 9.5v8.2c0 2.6 1.6 4.3 4.2 4.3H16M9 15.7h7.5" stroke="#fff" stroke-width="2.4"
    stroke-linecap="round" stroke-linejoin="round"/><circle cx="21.3" cy="9.5" r="2.6" fill="#fff"/><circle cx="22.2"
    cy="15.7" r="2.6" fill="#fff"/><circle cx="21.7" cy="22" r="2.6" fill="#ffb224"/></svg>
  <h1>No connection</h1>
  <p>Troubleshoot cannot be reached. What you answered is kept, and a note that you typed is on this device.</p>
  <button type="button" onclick="location.reload()">Try again</button>
  <p class="quiet" role="status">This page comes by itself as soon as there is a connection.</p>
</main>
<script>
  const tryAgain = () => fetch(location.href, { method: "HEAD", cache: "no-store" })
    .then((answer) => answer.status < 500 && location.reload(), () => {});
  addEventListener("online", tryAgain);
  setInterval(tryAgain, 5000);
</script>
</body>
</html>`;

const noConnection = () =>
  new Response(PAGE, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" } });

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([self.clients.claim(), self.registration.navigationPreload?.enable()])),
);
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(
    Promise.resolve(event.preloadResponse)
      .then((loaded) => loaded ?? fetch(event.request))
      .catch(noConnection),
  );
});
