// The builder of a draft: slides move by the pointer and by the keyboard, and no typed word is lost.
// Everything that this file does can be done with links and forms, too.
(() => {
  "use strict";

  const builder = () => document.getElementById("builder");
  const list = () => document.getElementById("builder-list");
  const entries = () => [...list().querySelectorAll(".builder-entry")];
  const movable = (entry) => entry && entry.querySelector("button.builder-handle");

  // Moving: only what the list shows; the server hears of it when the slide is put down.

  let picked = null; // { entry, before: the order as it was, pointer: whether by the pointer }

  const say = (entry) => {
    const place = entries().indexOf(entry) + 1;
    document.getElementById("builder-said").textContent = `${entry.dataset.name}: ${builder().dataset.moved} ${place}`;
  };
  const pick = (entry, pointer) => {
    picked = { entry, before: entries(), pointer };
    entry.classList.add("builder-picked");
    movable(entry).setAttribute("aria-pressed", "true");
  };
  const release = () => {
    const { entry } = picked;
    entry.classList.remove("builder-picked");
    movable(entry)?.setAttribute("aria-pressed", "false");
    picked = null;
  };
  const putBack = () => {
    if (!picked) return;
    list().append(...picked.before);
    const handle = movable(picked.entry);
    release();
    handle.focus();
  };
  const putDown = () => {
    const { entry, before } = picked;
    const now = entries();
    release();
    if (now.every((one, place) => one === before[place])) return;
    if (holdsUnsaved()) {
      list().append(...before);
      return;
    }
    const after = now[now.indexOf(entry) - 1].dataset.key;
    const values = { key: entry.dataset.key, after, language: list().dataset.language };
    window.htmx.ajax("POST", list().dataset.arrange, { target: "#builder-side", swap: "outerHTML", values });
  };
  const shift = (entry, step) => {
    const all = entries();
    const other = all[all.indexOf(entry) + step];
    if (!movable(other)) return; // nothing stands before the cover
    if (step < 0) other.before(entry);
    else other.after(entry);
    movable(entry).focus();
    say(entry);
  };

  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest?.("button.builder-handle");
    if (!handle) return;
    const entry = handle.closest(".builder-entry");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (picked) putDown();
      else pick(entry, false);
    } else if (picked && event.key === "Escape") {
      putBack();
    } else if (picked && step) {
      event.preventDefault();
      shift(entry, step);
    }
  });
  document.addEventListener("focusout", (event) => {
    // Who goes elsewhere with a slide picked up by the keyboard puts it back; moving it loses the focus, too.
    const from = picked && !picked.pointer && event.target === movable(picked.entry);
    if (from && event.relatedTarget && event.relatedTarget !== event.target) putBack();
  });

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest?.("button.builder-handle");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    pick(handle.closest(".builder-entry"), true);
  });
  document.addEventListener("pointermove", (event) => {
    if (!picked?.pointer) return;
    const { entry } = picked;
    const over = entries().find((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return event.clientY >= top && event.clientY <= bottom;
    });
    if (!over || over === entry || !movable(over)) return;
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY < top + height / 2) over.before(entry);
    else over.after(entry);
  });
  document.addEventListener("pointerup", () => picked?.pointer && putDown());
  document.addEventListener("pointercancel", () => picked?.pointer && putBack());

  // The server says in which order the slides stand now: move them, take away what is left out.

  document.addEventListener("builder:order", (event) => {
    const slides = document.getElementById("builder-slides");
    const { keys } = event.detail;
    for (const slide of [...slides.children]) {
      if (!keys.includes(slide.dataset.key)) slide.remove();
    }
    for (const key of keys) {
      const slide = document.getElementById(`slide-of-${key}`);
      if (slide) slides.append(slide);
    }
  });
  document.addEventListener("builder:show", (event) => {
    document.getElementById(`slide-of-${event.detail.slide}`)?.scrollIntoView({ block: "start" });
  });

  // Words: a click on them opens the editor there; nothing typed is lost.

  const forms = () => [...document.querySelectorAll("form[data-words]")];
  const fields = (form) => [...form.querySelectorAll("textarea")];
  const isChanged = (form) => fields(form).some((field) => field.value !== field.defaultValue);
  const place = (form, field) => `earshot/${form.dataset.words}/${field.name}`;
  let wanted = ""; // the field that was clicked

  const tell = (sentence) => {
    const problem = document.getElementById("problem");
    problem.textContent = sentence;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  };
  // What would show all slides anew waits until open editors are saved or closed.
  function holdsUnsaved() {
    const open = forms().find((form) => builder()?.contains(form) && !form.dataset.sent && isChanged(form));
    if (open) {
      tell(builder().dataset.unsaved);
      fields(open)[0].focus({ preventScroll: true });
    }
    return Boolean(open);
  }
  document.addEventListener("htmx:confirm", (event) => {
    const whole = event.target.closest?.("form")?.getAttribute("hx-target") === "#builder";
    if (whole && holdsUnsaved()) event.preventDefault();
  });

  const forget = (form) => fields(form).forEach((field) => sessionStorage.removeItem(place(form, field)));
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-words]");
    if (form && event.target.matches("textarea")) sessionStorage.setItem(place(form, event.target), event.target.value);
  });
  const open = (form) => {
    let restored = false;
    for (const field of fields(form)) {
      const kept = sessionStorage.getItem(place(form, field));
      if (kept !== null && kept !== field.value && !form.querySelector("[role=alert]")) {
        field.value = kept;
        restored = true;
      }
    }
    if (restored && builder()) tell(builder().dataset.restored);
    const chosen = (wanted && form.elements[wanted]) || fields(form)[0];
    wanted = "";
    chosen?.focus();
  };
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("a[data-cancel]")) {
      const form = target.closest("form");
      forget(form);
      form.dataset.sent = "yes"; // what stands in it holds up nothing any more
    }
    const insert = target.closest("button[data-insert]");
    if (insert) {
      const form = insert.closest("form");
      const field = fields(form).find((one) => one === form.lastField) || fields(form)[0];
      field.setRangeText(insert.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    const words = target.closest(".builder-slide .deck-title, .builder-slide .deck-text-text");
    const edit = words?.closest(".builder-slide").querySelector("a[data-edit]");
    if (edit && !target.closest("a") && !String(window.getSelection())) {
      wanted = words.matches(".deck-title") ? "title" : "text";
      edit.click();
    }
  });
  document.addEventListener("focusin", (event) => {
    const form = event.target.matches("textarea") && event.target.closest("form[data-words]");
    if (form) form.lastField = event.target;
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.matches?.("textarea") && event.target.closest("form[data-words]");
    if (!form) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && !isChanged(form)) {
      form.querySelector("a[data-cancel]").click();
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-words]")) event.target.dataset.sent = "yes";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-words]");
    if (!form) return;
    delete form.dataset.sent;
    const saved = event.detail.successful && event.detail.requestConfig.verb === "post";
    if (saved) forget(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if (forms().some((form) => !form.dataset.sent && isChanged(form))) event.preventDefault();
  });

  // What htmx shows, and the page itself.

  const start = (root) => {
    root.querySelectorAll("button.builder-handle[hidden]").forEach((handle) => (handle.hidden = false));
    const form = root.querySelector("form[data-words]");
    if (form) open(form);
  };
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => start(event.target));
})();
