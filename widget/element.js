// <jdma-avis>: the button on somebody else's page. What is needed before a click is here; the rest comes with it.
import { h } from "./dom.js";
import { noter, question, radios } from "./reponses.js";
import { CSS, QUESTIONS, TEXTES } from "./construit.js";

export const SCRIPT = document.currentScript || document.querySelector("script[src*=jdma]");
const SERVICE = SCRIPT && new URL(SCRIPT.src).origin;
export const COFFRE = "jdma " + SERVICE;
const OPTIONS = {
  mode: ["panneau", "lien", "integre"],
  variante: ["plein", "contour", "discret"],
  theme: ["clair", "sombre", "auto"],
  position: ["page", "bas-droite", "bas-gauche"],
  langue: Object.keys(TEXTES),
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
        addEventListener("online", ok);
      });
    }
  }
}

// The questions, in a file named by its content. When that file is not there any more (the service was updated under
// an older jdma.js), today's will do, unless the page pins what it loads: then nothing unchecked may run.
export const charger = (racine, attendre) =>
  insister((essai) => {
    const { questions: integrity } = SCRIPT.dataset;
    const href = `${SERVICE}/widget/v1/questions.${integrity || !essai ? QUESTIONS : ""}js?` + essai;
    if (integrity) racine.append(h("link", { rel: "modulepreload", href, integrity, crossorigin: "" }));
    return import(href);
  }, attendre);

const courte = (langue) => langue?.split("-")[0];

export class JdmaAvis extends HTMLElement {
  static observedAttributes = ["bouton", "apercu", ...Object.keys(OPTIONS)];

  #hote;
  #racine = this.attachShadow({ mode: "open" });

  connectedCallback() {
    if (!this.#racine.firstChild) this.#dessiner();
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

  // Once somebody has answered, only the look follows, unless it is another bouton's turn.
  attributeChangedCallback(nom, avant, valeur) {
    const corps = this.#racine.firstChild;
    if (!corps || avant == valeur) return;
    if (nom == "bouton" || this.#hote?.note == null) {
      this.handleEvent();
      this.#dessiner();
    } else corps.className = this.#classe(this.#hote.mode);
  }

  #option(nom, valeur = this.getAttribute(nom), defaut = OPTIONS[nom][0]) {
    if (OPTIONS[nom].includes(valeur)) return valeur;
    if (valeur && !averti) console.warn(`jdma ${nom}="${valeur}" ?`, (averti = OPTIONS[nom]));
    return defaut;
  }

  #classe(mode) {
    return `jdma ${mode} ${this.#option("variante")} ${this.#option("theme")} ` + this.#option("position");
  }

  #dessiner() {
    const cle = this.getAttribute("bouton");
    const page = courte((this.closest("[lang]") || document.documentElement).lang);
    const langue = this.#option("langue", courte(this.getAttribute("langue")), TEXTES[page] && page);
    const [libelle, attente, dir = "ltr"] = TEXTES[langue];
    const mode = this.#option("mode");
    // The host page's shortcuts must not fire while somebody types here.
    const taire = (e) => e.stopPropagation();
    const texte = this.textContent.trim() || libelle;
    const statut = h("p", { role: "status" });
    const corps = h(
      "div",
      { class: this.#classe(mode), lang: langue, dir, keydown: taire, keyup: taire, keypress: taire },
      statut,
    );
    const racine = this.#racine;
    const attendre = () => (statut.textContent = attente);
    racine.adoptedStyleSheets = [style];
    racine.replaceChildren(corps);
    if (!cle) return (this.#hote = null);
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
        if (hote.note == null || hote.parti || this.hasAttribute("apercu")) return;
        try {
          hote.d ||= { id: crypto.randomUUID(), bouton: cle, note: hote.note, langue };
          hote.parti = navigator.sendBeacon(SERVICE + "/api/v1/avis", JSON.stringify(hote.d)); // else next time
          const gardes = JSON.parse(localStorage.getItem(COFFRE)) || [];
          localStorage.setItem(COFFRE, JSON.stringify([...gardes, { d: hote.d, t: Date.now() }]));
        } catch {
          // A page without TLS has no randomUUID; storage may be blocked.
        }
      },
    });
    // A first answer, or a click on the button: from here on, the questions' own file leads.
    const ouvrir = async (note, sure) => {
      hote.note = note ?? hote.note;
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
