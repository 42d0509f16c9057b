// <jdma-avis>: the button on somebody else's page. What is needed before a click is here; the rest comes with it.
import { h } from "./dom.js";
import { feuille, noter, question, radios } from "./reponses.js";
import { CSS, QUESTIONS, TEXTES } from "./construit.js";

export const SCRIPT = document.currentScript || document.querySelector('script[src*="/widget/v1/jdma"]');
const SERVICE = SCRIPT && new URL(SCRIPT.src).origin;
export const COFFRE = "jdma " + SERVICE;
const OPTIONS = {
  mode: ["panneau", "lien", "integre"],
  variante: ["plein", "contour", "discret"],
  theme: ["clair", "sombre", "auto"],
  position: ["page", "bas-droite", "bas-gauche"],
};
let style;
let averti;

// Tried until it works, and at once when the network is back.
async function insister(action, attendre) {
  for (let essai = 0; ; ) {
    try {
      return await action(essai);
    } catch {
      attendre?.();
      await new Promise((ok) => {
        setTimeout(ok, 1e3 * 2 ** Math.min(essai++, 6));
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
    const nom = (integrity || !essai ? QUESTIONS[0] : "") + "js" + (essai ? "?" + essai : "");
    const href = SERVICE + "/widget/v1/questions." + nom;
    if (integrity) racine?.append(h("link", { rel: "modulepreload", href, integrity: QUESTIONS[1], crossorigin: "" }));
    return import(href);
  }, attendre);

export class JdmaAvis extends HTMLElement {
  static observedAttributes = ["bouton", "langue", ...Object.keys(OPTIONS)];

  #hote;
  #quitter = () => this.#hote?.quitter();

  constructor() {
    super();
    const racine = this.attachShadow({ mode: "open" });
    racine.adoptedStyleSheets = [(style ||= feuille(CSS))];
    // The host page's shortcuts must not fire while somebody types here.
    for (const nom of ["keydown", "keyup", "keypress"]) racine.addEventListener(nom, (e) => e.stopPropagation());
  }

  connectedCallback() {
    if (!this.#hote) this.#dessiner();
    document.addEventListener("visibilitychange", this.#quitter);
  }

  disconnectedCallback() {
    this.#quitter();
    document.removeEventListener("visibilitychange", this.#quitter);
  }

  attributeChangedCallback() {
    if (this.isConnected && !this.#hote?.charge) this.#dessiner();
  }

  #option(nom) {
    const [defaut] = OPTIONS[nom];
    const valeur = this.getAttribute(nom) || defaut;
    if (OPTIONS[nom].includes(valeur)) return valeur;
    if (!averti) console.warn(`jdma-avis : ${nom}="${valeur}" ?`, (averti = OPTIONS[nom]));
    return defaut;
  }

  #dessiner() {
    const cle = this.getAttribute("bouton");
    if (!cle) return;
    const [voulue] = (this.getAttribute("langue") || (this.closest("[lang]") || document.documentElement).lang).split("-");
    const langue = TEXTES[voulue] ? voulue : "fr";
    const [sens, libelle, attente] = TEXTES[langue];
    const [mode, ...options] = Object.keys(OPTIONS).map((nom) => this.#option(nom));
    const texte = this.textContent.trim() || libelle;
    const corps = h("div", { class: "jdma " + mode + " " + options.join(" "), lang: langue, dir: sens });
    const racine = this.shadowRoot;
    const statut = h("p", { role: "status" });
    const attendre = () => (statut.textContent = attente);
    racine.replaceChildren(corps);
    const hote = (this.#hote = {
      cle, mode, langue, racine, statut, feuille, h, noter, question, radios,
      fiche: (suite) =>
        insister(async () => {
          const reponse = await fetch(`${SERVICE}/widget/v1/boutons/${cle}?langue=${langue + suite}`);
          return reponse.ok ? reponse.json() : Promise.reject();
        }, attendre),
      // Leaving before the questions' file is there: what was clicked leaves too, now or at the next visit.
      quitter() {
        if (hote.note == null || hote.d || !crypto.randomUUID) return;
        hote.d = { id: crypto.randomUUID(), bouton: cle, note: hote.note, langue };
        navigator.sendBeacon(SERVICE + "/api/v1/avis", JSON.stringify(hote.d));
        try {
          const gardes = JSON.parse(localStorage.getItem(COFFRE)) || [];
          localStorage.setItem(COFFRE, JSON.stringify([...gardes, { d: hote.d, t: Date.now() }]));
        } catch {
          // Storage is blocked.
        }
      },
    });
    // A first answer, or a click on the button: from here on, the questions' own file leads.
    const ouvrir = async (note, sure) => {
      hote.note = note;
      hote.sure ||= sure;
      if (hote.suivre) return hote.suivre();
      if (hote.charge) return;
      hote.charge = 1;
      (await charger(racine, attendre)).default(hote);
    };
    if (mode == "lien") corps.append(h("a", { class: "bouton", href: `${SERVICE}/avis/${cle}?langue=${langue}` }, texte));
    else if (mode == "integre") {
      hote.fiche("").then((fiche) => corps.append(fiche.choix ? noter(fiche, null, ouvrir) : fiche.clos, statut));
    } else {
      const click = () => ouvrir();
      corps.append(h("button", { class: "bouton", type: "button", "aria-haspopup": "dialog", click }, texte), statut);
    }
  }
}
