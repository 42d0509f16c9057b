// The question about help: several answers, or none at all; and for each administrative channel, how it went.

export const CANAUX = ["guichet", "telephone", "courriel", "messagerie"];
export const AIDES = ["aucune", ...CANAUX, "proche", "association", "internet", "autre"];

// What was said of the channels that are still ticked, or null.
export function contacts(r) {
  const dits = CANAUX.filter((canal) => r.aide.has(canal) && r.contacts[canal]);
  return dits[0] ? Object.fromEntries(dits.map((canal) => [canal, r.contacts[canal]])) : null;
}

function canal({ h, radios }, T, r, nom) {
  const contact = r.contacts[nom] || {};
  const retenir = (cle) => (valeur) => {
    r.contacts[nom] = contact;
    contact[cle] = valeur;
  };
  const niveaux = T.satisfaction.niveaux.map((texte, rang) => [rang + 1, texte]);
  const joint = [
    [true, T.joint.oui],
    [false, T.joint.non],
  ];
  const demande = (titre, ...reponses) =>
    h("fieldset", 0, h("legend", 0, T.canaux[nom] + " – " + titre), radios(...reponses, "serre"));
  return [
    demande(T.joint.question, "joint-" + nom, joint, contact.joint, retenir("joint")),
    demande(T.satisfaction.question, "satisfaction-" + nom, niveaux, contact.satisfaction, retenir("satisfaction")),
  ];
}

export function aides(outils, T, r) {
  const { h } = outils;
  const cases = AIDES.map((nom) => {
    const bouton = h("input", { type: "checkbox", checked: r.aide.has(nom), change: () => cocher(nom, bouton.checked) });
    let detail = [];
    if (CANAUX.includes(nom)) detail = canal(outils, T, r, nom);
    if (nom == "autre") {
      const input = (e) => (r.autre = e.target.value);
      detail = [h("label", 0, T.aide.autre, h("input", { type: "text", maxlength: 250, value: r.autre, input }))];
    }
    return [nom, bouton, h("div", { class: "detail", hidden: !r.aide.has(nom) || !detail[0] }, detail)];
  });
  function cocher(choisi, oui) {
    r.aide[oui ? "add" : "delete"](choisi);
    for (const [nom, bouton, detail] of cases) {
      // « No help needed » goes with nothing else: the last answer wins.
      if (oui && (nom == "aucune") != (choisi == "aucune")) r.aide.delete(nom);
      bouton.checked = r.aide.has(nom);
      detail.hidden = !bouton.checked || !detail.firstChild;
    }
  }
  return h(
    "div",
    { class: "choix aides" },
    cases.map(([nom, bouton, detail]) => [h("label", 0, bouton, h("span", 0, T.aide.choix[nom])), detail]).flat(),
  );
}
