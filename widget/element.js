// <jdma-avis>: the button on somebody else's page. What is needed before a click is here; the rest comes with it.
import { h } from "./dom.js";
import { noter, question, radios } from "./reponses.js";
import { CSS, QUESTIONS, TEXTES } from "./construit.js";

export const SCRIPT = document.currentScript || document.querySelector('[src*="/widget/v1/jdma"]');
const SERVICE = SCRIPT && new URL(SCRIPT.src).origin;
export const COFFRE = "jdma " + SERVICE;
const OPTIONS = {
  mode: ["panneau", "lien", "integre"],
  variante: ["plein", "contour", "discret"],
  theme: ["clair", "sombre", "auto"],
  position: ["page", "bas-droite", "bas-gauche"],
};
const style = new CSSStyleSheet();
style.replaceSync(CSS);
let averti;

// Tried until it works, a second later each time, and at once when the network is back.
async function insister(action, attendre) {
  for (let essai = 0; ; ) {
    try {
      return await action(essai);
    } catch {
      attendre?.();
      await new Promise((ok) => {
        setTimeout(ok, 1e3 * ++essai);
        addEventListener("online", ok, { once: true });
      });
    }
  }
}

// The questions, in a file named by its content. When that file is not there any more (the service was updated under
// an older jdma.js), today's will do, unless the page pins what it loads: then nothing unchecked may run.
export const charger = (racine, attendre) =>
  insister((essai) => {
    const { integrity } = SCRIPT;
    const nom = (integrity || !essai ? QUESTIONS[0] : "") + "js?" + essai;
    const href = SERVICE + "/widget/v1/questions." + nom;
    if (integrity) racine?.append(h("link", { rel: "modulepreload", href, integrity: QUESTIONS[1], crossorigin: "" }));
    return import(href);
  }, attendre);

export class JdmaAvis extends HTMLElement {
  static observedAttributes = ["bouton", "langue", ...Object.keys(OPTIONS)];

  #hote;
  #racine = this.attachShadow({ mode: "open" });

  connectedCallback() {
    if (!this.#hote) this.#dessiner();
    document.addEventListener("visibilitychange", this);
  }

  disconnectedCallback() {
    this.handleEvent();
    document.removeEventListener("visibilitychange", this);
  }

  // The page is hidden, perhaps for good, or the element goes: what was said leaves.
  handleEvent() {
    this.#hote?.quitter();
  }

  attributeChangedCallback() {
    if (this.isConnected && !this.#hote?.charge) this.#dessiner();
  }

  #option(nom) {
    const [defaut] = OPTIONS[nom];
    const valeur = this.getAttribute(nom) || defaut;
    if (OPTIONS[nom].includes(valeur)) return valeur;
    if (!averti) console.warn(`jdma ${nom}="${valeur}" ?`, (averti = OPTIONS[nom]));
    return defaut;
  }

  #dessiner() {
    const cle = this.getAttribute("bouton");
    if (!cle) return;
    const [voulue] = (this.getAttribute("langue") || (this.closest("[lang]") || document.documentElement).lang).split("-");
    const langue = TEXTES[voulue] ? voulue : "fr";
    const [libelle, attente, dir = "ltr"] = TEXTES[langue];
    const options = Object.keys(OPTIONS).map((nom) => this.#option(nom));
    const [mode] = options;
    const texte = this.textContent.trim() || libelle;
    // The host page's shortcuts must not fire while somebody types here.
    const taire = (e) => e.stopPropagation();
    const statut = h("p", { role: "status" });
    const corps = h(
      "div",
      { class: "jdma " + options.join(" "), lang: langue, dir, keydown: taire, keyup: taire, keypress: taire },
      statut,
    );
    const racine = this.#racine;
    const attendre = () => (statut.textContent = attente);
    racine.adoptedStyleSheets = [style];
    racine.replaceChildren(corps);
    const hote = (this.#hote = {
      cle, mode, langue, racine, statut, h, noter, question, radios,
      fiche: (suite) =>
        insister(async () => {
          const reponse = await fetch(`${SERVICE}/widget/v1/boutons/${cle}?langue=${langue + suite}`);
          if (reponse.ok) return reponse.json();
          throw reponse;
        }, attendre),
      // Leaving before the questions' file is there: what was clicked leaves too, now or at the next visit.
      quitter: () => {
        if (hote.note == null || hote.d || this.hasAttribute("apercu")) return;
        try {
          hote.d = { id: crypto.randomUUID(), bouton: cle, note: hote.note, langue };
          navigator.sendBeacon(SERVICE + "/api/v1/avis", JSON.stringify(hote.d));
          const gardes = JSON.parse(localStorage.getItem(COFFRE)) || [];
          localStorage.setItem(COFFRE, JSON.stringify([...gardes, { d: hote.d, t: Date.now() }]));
        } catch {
          // A page without TLS has no randomUUID; storage may be blocked.
        }
      },
    });
    // A first answer, or a click on the button: from here on, the questions' own file leads.
    const ouvrir = async (note, sure) => {
      hote.note = note;
      hote.sure ||= sure;
      if (hote.suivre) return hote.suivre();
      if (hote.charge) return;
      hote.charge = hote.fiche("&textes=" + mode); // on its way at the same time as the file
      (await charger(racine, attendre)).default(hote);
    };
    if (mode == "lien") corps.prepend(h("a", { class: "bouton", href: `${SERVICE}/avis/${cle}?langue=${langue}` }, texte));
    else if (mode == "integre") {
      hote.fiche("").then((vue) => {
        hote.vue = vue;
        statut.textContent = "";
        corps.prepend(vue[1] ? noter(vue, null, ouvrir) : vue[0]);
      });
    } else {
      corps.prepend(h("button", { class: "bouton", "aria-haspopup": "dialog", click: () => ouvrir() }, texte));
    }
  }
}
