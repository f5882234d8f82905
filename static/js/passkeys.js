// <form data-passkey="create | get | fetch">: asks the browser for a passkey and sends its answer with the form.
// What to ask for is in the form ("create" a new one, "get" one's own) or fetched from where the form is sent.

async function credential(form) {
  const kind = form.dataset.passkey;
  if (kind === "fetch") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return webauthnJSON.get((await answer.json()).request_options);
  }
  const options = JSON.parse(form.querySelector("script[type='application/json']").textContent);
  if (kind === "get") return webauthnJSON.get(options);
  const alone = form.elements.passwordless.checked; // without address and password: kept in the device, and opened
  Object.assign(options.publicKey.authenticatorSelection, {
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  });
  return webauthnJSON.create(options);
}

function tellOf(form, sentence) {
  const place = document.getElementById("problem");
  place.textContent = form.dataset[sentence];
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!webauthnJSON.supported()) return tellOf(form, "unknown");
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(await credential(form));
      form.submit(); // does not come back here
    } catch (error) {
      const sentences = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "there" };
      tellOf(form, sentences[error.name] ?? "failed");
      button.disabled = false;
    }
  });
}
