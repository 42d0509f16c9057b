// <jdma-avis>: the button on somebody else's page. What is needed before a click is here; the rest comes with it.
import { h } from "./dom.js";
import { noter, question, radios } from "./reponses.js";
import { CSS, QUESTIONS, TEXTES } from "./construit.js";

const SCRIPT = document.currentScript || document.querySelector("script[src*=jdma]"); // none when it is imported
const EPINGLE = SCRIPT?.dataset.questions;
export const SERVICE = new URL(SCRIPT?.src || location).origin;

// The bouton whose form a link opens, or nothing.
export const formulaire = (lien) => /^\/avis\/([^/]+)\/?$/.exec(lien.pathname)?.[1];

// What a link shows.
export const copier = (lien) => [...lien.cloneNode(true).childNodes];

// Tried until it works, less and less often.
const insister = (action, attendre, essai = 0) =>
  action(essai).catch(async () => {
    attendre(essai);
    await new Promise((ok) => setTimeout(ok, 500 * 2 ** ++essai));
    return insister(action, attendre, essai);
  });

// Without what a page may have added to the prototypes (`toJSON`, of the older Prototype).
const json = (valeur) =>
  JSON.stringify(valeur, function (cle) {
    return this[cle];
  });

// Where sheets cannot be shared, or no more, the style is an element.
function styler(racine, css) {
  try {
    const style = new CSSStyleSheet();
    style.replaceSync(css);
    racine.adoptedStyleSheets = [...racine.adoptedStyleSheets, style];
  } catch {
    racine.append(h("style", 0, css));
  }
}

// The host page's shortcuts must not fire from here, nor keep Enter and the space bar from doing what they do.
const taire = (e) => {
  e.stopPropagation();
  if (/^( |Enter)$/.test(e.key) && e.defaultPrevented && !e.repeat && e.type != "keyup") e.target.click();
};

const demander = async (url, options) => {
  const reponse = await fetch(url, options);
  return (reponse.ok && reponse).json(); // fails otherwise
};

export class JdmaAvis extends HTMLElement {
  static observedAttributes = ["bouton", "mode", "langue", "apercu", "theme", "variante", "position"];

  #hote;
  #corps = h("div", { dir: "ltr", keydown: taire, keyup: taire, keypress: taire });

  #lire() {
    return JdmaAvis.observedAttributes.map((nom) => this.getAttribute(nom));
  }

  connectedCallback() {
    if (!this.#hote) {
      const racine = this.attachShadow({ mode: "open" });
      racine.append(this.#corps);
      styler(racine, CSS);
      this.#dessiner();
    }
    addEventListener("visibilitychange", this);
  }

  disconnectedCallback() {
    this.handleEvent();
  }

  // The page is hidden, perhaps for good, or the element goes: what was said leaves.
  handleEvent() {
    this.#hote.quitter();
  }

  // Once somebody has begun, only the look follows, unless it is another bouton's turn.
  attributeChangedCallback(nom, avant, valeur) {
    if (this.#hote && avant != valeur)
      nom == "bouton" || !this.#hote.charge ? this.#dessiner(this.handleEvent()) : this.habiller();
  }

  // The look. Unless a theme is imposed, it is the page's: light text stands on something dark.
  habiller() {
    if (this.lien && this.lien != this.previousSibling) return this.remove(); // its link has gone
    const [, , , , theme, ...classes] = this.#lire();
    if (theme == "sombre" || (theme != "clair" && /, (1[5-9]|2.)\d,/.test(getComputedStyle(this).color))) classes.push("sombre");
    this.#corps.className = `jdma ${this.#hote.mode} ` + classes.join(" ");
  }

  #dessiner() {
    const corps = this.#corps;
    const racine = this.shadowRoot;
    const source = this.lien || this.querySelector("a") || this;
    const service = formulaire(source) ? source.origin : SERVICE;
    const coffre = "jdma " + service;
    const [bouton, choisi, demandee, apercu] = this.#lire();
    const page = (source.closest("[lang]") || document.documentElement).lang;
    const mode = /^lien$|^integre$/.test(choisi) ? choisi : "panneau";
    const langue = [demandee, page].map((nom) => nom?.slice(0, 2).toLowerCase()).find((connue) => TEXTES[connue]) || "fr";
    const d = { id: URL.createObjectURL(new Blob()).slice(-36), bouton, langue };
    const statut = h("p", { role: "status" });
    // The label is the link's own, pictures included, in its own language; else what the service calls it.
    const dit = source.textContent.trim() || source.querySelector("img");
    const porter = (nom, attributs) =>
      h(
        nom,
        { class: "bouton", title: source.title, lang: dit && (source.lang || demandee || page), dir: "auto", ...attributs },
        dit ? copier(source) : TEXTES[langue],
      );
    // The plain link; after two failures it stands there in any mode.
    const secours = porter("a", { href: `${service}/avis/${bouton}?langue=${langue}`, target: source.target });
    const attendre = (essai) => {
      statut.textContent ||= "⏳"; // in any language, and said by screen readers
      if (hote.jeton) return; // counted: the form would count it again
      if (essai) statut.after(secours);
      hote.quitter();
    };
    const fiche = (suite) => insister(() => demander(`${service}/widget/v1/boutons/${bouton}?langue=${langue}${suite}`), attendre);
    // The questions, in a file named by its content, beside this script. When that file is not there any more (the
    // service was updated under an older jdma.js), today's will do, unless the page pins what it loads: then nothing
    // unchecked may run. After the #, the service that they are for.
    const charger = () =>
      insister((essai) => {
        let href = `./questions.${EPINGLE || !essai ? QUESTIONS : ""}js?${essai}#${service}`;
        if (SCRIPT) href = new URL(href, SCRIPT.src);
        if (EPINGLE) racine.append(h("link", { rel: "modulepreload", href, integrity: EPINGLE, crossorigin: 1 }));
        return import(href);
      }, attendre);
    // Kept for the next visit until it is acknowledged.
    const garder = (...avis) => {
      try {
        avis.push(...JSON.parse(localStorage[coffre] || "[]").filter((autre) => autre.d.id != d.id));
        if (avis[0]) localStorage[coffre] = json(avis);
        else delete localStorage[coffre];
      } catch {
        // Blocked or full.
      }
    };
    // What the first clicks say leaves at once, however long the questions' file is to come; from then on, it sees to it.
    const deposer = async (avant) => {
      await avant;
      const { note, jeton } = hote;
      if (!hote.sure || note == hote.dit || apercu != null) return;
      d.note ??= note;
      if (!jeton) garder({ d, t: Date.now() });
      try {
        const recu = await demander(service + "/api/v1/avis" + (jeton ? "/" + d.id : ""), {
          method: jeton ? "PATCH" : "POST",
          headers: jeton && { Authorization: "Bearer " + jeton },
          body: json(jeton ? { note, ordre: Date.now() } : d),
          keepalive: true,
        });
        hote.jeton = recu.jeton;
        hote.dit = jeton ? note : d.note;
        garder();
        if (hote.quitter != quitter || !recu.jeton) return;
        quitter();
        statut.textContent = (await hote.charge).T.etats.envoye;
      } catch {
        // Kept; asked again when something else fails, or by the questions' file.
      }
    };
    let depot;
    const quitter = () => (depot = deposer(depot));
    const hote = (this.#hote = { d, mode, racine, statut, h, noter, question, radios, styler, quitter });
    // A first answer, or a click on the button: from here on, the questions' own file leads.
    const ouvrir = async (note = hote.note, sure) => {
      hote.note = note;
      hote.sure ||= sure;
      hote.quitter();
      if (hote.charge) return hote.suivre?.();
      hote.charge = fiche("&mots=" + mode); // on its way at the same time as the file
      const questions = await charger();
      secours.remove();
      questions.default(hote);
    };
    this.habiller();
    corps.textContent = "";
    corps.lang = langue;
    corps.append(mode == "panneau" ? porter("button", { click: () => ouvrir() }) : secours, statut);
    if (mode == "integre")
      fiche("").then((vue) => {
        hote.vue = vue;
        secours.replaceWith(vue[1] ? noter(vue, ouvrir) : vue[0]);
        statut.textContent = "";
      });
    try {
      // What a former visit could not send.
      if (localStorage[coffre] || sessionStorage[coffre]) charger();
    } catch {
      // Storage is blocked: nothing can be left from before.
    }
  }
}
