// The page for product teams: each piece of code gets a button that copies it.
import { h } from "./dom.js";

for (const code of document.querySelectorAll("pre")) {
  const statut = h("span", { role: "status" });
  const click = async () => {
    statut.textContent = "";
    try {
      await navigator.clipboard.writeText(code.textContent);
      statut.textContent = "Copié.";
    } catch {
      // No clipboard without TLS, nor where the browser forbids it: what is left is done in one gesture.
      getSelection().selectAllChildren(code);
      statut.textContent = "Sélectionné : copiez avec Ctrl + C ou ⌘ + C.";
    }
  };
  const nom = "Copier : " + code.getAttribute("aria-label");
  code.after(h("p", { class: "copier" }, h("button", { type: "button", "aria-label": nom, click }, "Copier"), statut));
}
