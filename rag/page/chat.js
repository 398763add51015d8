// Gradio chooses its own words by the browser's language, and sets the document's to it.
Object.defineProperty(navigator, "language", { get: () => "ar" });
Object.defineProperty(navigator, "languages", { get: () => ["ar"] });

(() => {
  const opened = new Set(); // ids of what the reader has unfolded

  function aimAt(marker) {
    const source = document.getElementById(marker.hash.slice(1));
    if (!source) return;
    for (const other of document.querySelectorAll(".source.aimed")) other.classList.remove("aimed");
    opened.add(source.id);
    source.open = true;
    source.classList.add("aimed");
    source.querySelector("summary").focus({ preventScroll: true });
    const words = source.querySelector("mark") ?? source;
    words.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  // Asks a question as if the reader had typed it; while another is answered nothing is asked.
  function ask(question) {
    const box = document.querySelector("#question textarea");
    const button = document.querySelector("#ask");
    if (!box || !button || box.value.trim()) return box?.focus();
    box.value = question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => button.click(), 50); // the page has taken the words over by then
  }

  document.addEventListener(
    "click",
    (event) => {
      const marker = event.target.closest?.("a.marker");
      const summary = event.target.closest?.("#page details > summary");
      const suggestion = event.target.closest?.("button.suggestion");
      if (marker) {
        event.preventDefault(); // the page has a <base>: a bare fragment could leave it
        aimAt(marker);
      } else if (suggestion) {
        ask(suggestion.textContent);
      } else if (summary) {
        const source = summary.parentElement;
        source.open ? opened.delete(source.id) : opened.add(source.id);
      }
    },
    true,
  );

  // A finished answer is drawn over its draft, which closes what the reader had opened.
  new MutationObserver(() => {
    if (!document.querySelector(".question")) opened.clear();
    for (const id of opened) {
      const source = document.getElementById(id);
      if (source && !source.open) source.open = true;
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["open"] });
})();
