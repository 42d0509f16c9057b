// The questions after the first one, and the thanks; loaded once somebody has begun to answer.
import { deposer, json, reprendre } from "./envoi.js";
import { bouton, complement, poser, remercier, textes } from "./etapes.js";
import { CSS } from "./construit.js";

const MERCI = 4;

function parcours(hote, cadre, fiche, emettre) {
  const { h, racine, statut } = hote;
  const { T } = fiche;
  let etape = 0;
  let avis;
  let modifie;
  let remis;
  let montree = 0;
  let dit;

  const questions = poser(hote, fiche, (note, sure) => {
    hote.note = note;
    if (sure) avancer();
  });
  const pas = h("small");
  const retour = bouton(h, T.retour, () => montrer(etape - 1));
  const suite = h("button", { class: "bouton" });
  const essai = fiche.essai && h("p", { class: "essai" }, fiche.essai);
  const submit = (e) => avancer(e.preventDefault());
  const champs = textes(questions);
  const texte = champs[1];
  const trop = () => [...texte.value].length > 15000;

  // Text stays with the tab, unless the person says otherwise; asked only when it could not leave.
  const change = (e) => avis.garder(e.target.checked);
  const garde = h("div", { class: "choix" }, h("label", 0, h("input", { type: "checkbox", change }), h("span", 0, T.garder)));

  function proposer() {
    if (dit == "attente" && /e":"/.test(remis)) garde.isConnected || statut.before(garde);
    else garde.remove();
  }

  // What the arrows only went over has not been said.
  function envoyer() {
    if (!hote.sure) return;
    if (!avis) {
      const { d, jeton } = hote;
      d.note ??= hote.note;
      avis = racine.host.hasAttribute("apercu") ? { completer() {} } : deposer(d, dire, () => emettre("depose"), 0, jeton);
      remis = json(complement(jeton ? hote.dit : d.note, questions));
    }
    const dites = complement(hote.note, questions);
    const corps = json(dites);
    if (corps == remis) return;
    remis = corps;
    avis.completer(dites);
  }

  function dire(etat) {
    dit = etat;
    statut.textContent = T.etats[etat];
    proposer();
    if (etape == MERCI && avis.lu) montrer(MERCI);
    if (!avis?.refus) return;
    emettre("erreur", { code: avis.refus });
    if (/^(bouton|origine)_/.test(avis.refus)) cadre.remove((statut.textContent = T.clos));
  }

  // What is wrong is said in the page, where it is heard, and by the field itself, which gets the focus.
  function exiger(champ, message) {
    champ.setAttribute("aria-invalid", !!message);
    champ.setAttribute("aria-describedby", message ? "precision statut" : "precision");
    if (message) champ.focus(void (statut.textContent = message));
    return message;
  }

  function avancer() {
    if (exiger(questions[0].querySelector("input"), hote.note == null && T.manque)) return;
    hote.sure = 1;
    if (exiger(texte, trop() && T.trop)) return;
    envoyer();
    if (etape == 3 && !modifie) emettre("complete");
    montrer(modifie ? MERCI : etape + 1);
  }

  function montrer(n) {
    etape = n;
    montree = Date.now();
    pas.remove(); // not a part of the question, when it is read again
    if (n == MERCI) {
      modifie = 0;
      // The recap says what is stored, and it is that which is modified then; the texts come in this order.
      Object.values(avis.lu || 0).map((lu, rang) => (champs[rang].value = lu));
      avis.lu = 0;
    }
    const contenu = questions[n] || remercier(hote, fiche, questions, (rang) => montrer(rang, (modifie = 1)));
    const titre = contenu.querySelector("h2");
    suite.textContent = n == 3 || modifie ? T.terminer : T.continuer;
    pas.textContent = T.etape.replace("{n}", n + 1);
    if (n < MERCI) titre.prepend(pas);
    cadre.textContent = "";
    const actions = n < MERCI && h("div", { class: "actions" }, n > 0 && retour, suite);
    cadre.append(h("form", { submit }, essai, contenu, actions));
    titre.tabIndex = -1; // so that a new step is read out
    titre.focus();
    proposer();
  }

  // The second half of a double click must not answer the question that has just come.
  const click = (e) => {
    if (e.detail > 1 && Date.now() - montree < 600) e.preventDefault(e.stopPropagation());
  };
  cadre.addEventListener("click", click, true);
  // A comment leaves as soon as one looks elsewhere: a browser may cut short what a page does when it goes away.
  cadre.addEventListener("change", (e) => e.target == texte && (trop() || envoyer()));
  // The « back » button brings pages back as they were, whoever sits there now.
  addEventListener("pagehide", () => etape == MERCI && (cadre.textContent = ""));
  hote.quitter = envoyer;
  if (hote.sure) envoyer();
  montrer(hote.sure ? 1 : 0);
  cadre.querySelector(":checked")?.focus();
}

// The panel over the page: modal, closed by Escape, and the focus goes back to the button; the browser sees to that.
function panneau(hote, emettre) {
  const { h, racine, statut } = hote;
  const corps = racine.firstChild;
  const cadre = h("div");
  const fermer = bouton(h, "✕", () => dialogue.close());
  const close = () => emettre("ferme", hote.quitter());
  const titre = corps.firstChild.textContent;
  const dialogue = h("dialog", { "aria-label": titre, close }, h("p", 0, titre, fermer), cadre, statut);
  corps.append(dialogue);
  hote.suivre = () => {
    if (!corps.isConnected) return; // taken out of the page before the questions were there
    dialogue.open = 0; // it may have been taken out since, and put back
    dialogue.showModal();
    emettre("ouvert");
  };
  hote.suivre();
  return [cadre, fermer];
}

reprendre();

export default async function questions(hote) {
  const { h, racine, statut } = hote;
  if (!racine.contains(statut)) return; // this is another bouton's element by now
  const emettre = (nom, detail) =>
    racine.host.dispatchEvent(
      new CustomEvent("jdma:" + nom, { bubbles: true, composed: true, detail: { bouton: hote.d.bouton, ...detail } }),
    );
  hote.styler(racine, CSS);
  // Enter held down must neither run through the questions nor close what it has just opened.
  // What the host page has eaten is written all the same.
  const touche = (e) => {
    if (e.repeat && e.key == "Enter" && e.target.localName != "textarea") e.preventDefault();
    const texte = { " ": " ", Enter: "\n" }[e.key];
    if (texte && e.defaultPrevented && !e.repeat && document.execCommand("insertText", 0, texte)) e.stopImmediatePropagation();
  };
  racine.addEventListener("keydown", touche, true);
  racine.addEventListener("keypress", touche, true);
  const [cadre, fermer] = hote.mode == "panneau" ? panneau(hote, emettre) : [h("div")];
  const fiche = { vue: hote.vue, ...(await hote.charge) };
  const { T, vue } = fiche;
  fermer?.setAttribute("aria-label", T.fermer);
  statut.textContent = "";
  statut.id = "statut";
  if (!fermer) {
    racine.firstChild.textContent = "";
    racine.firstChild.append(cadre, statut);
  }
  if (vue[1]) parcours(hote, cadre, fiche, emettre);
  else cadre.remove((statut.textContent = vue));
}
