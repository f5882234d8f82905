// Recovery codes: as a file, or on paper. Without this they can be copied from the page.

for (const bar of document.querySelectorAll("[data-codes]")) {
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const what = event.target.closest("button")?.dataset.do;
    if (what === "print") window.print();
    if (what !== "download") return;
    const text = `Earshot, ${location.host}\n\n${document.getElementById(bar.dataset.codes).textContent}`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = bar.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
