// The question about help: several answers, or none at all; and for each administrative channel, how it went.

// One answer among texts; which one is read in the page, by its rank.
export const choix = ({ radios }, nom, textes, genre) => radios(nom, textes.map((texte) => [0, texte]), 1, () => {}, genre);

function canal(outils, T, nom) {
  const { h } = outils;
  const demande = (cle, titre, textes) =>
    h("fieldset", 0, h("legend", 0, T.canaux[nom] + " – " + titre), choix(outils, cle + nom, textes, ""));
  return [
    demande("joint-", T.joint.question, [T.joint.oui, T.joint.non]),
    demande("satisfaction-", T.satisfaction.question, T.satisfaction.niveaux),
  ];
}

export function aides(outils, T) {
  const { h } = outils;
  const cases = Object.entries(T.aide.choix).map(([nom, texte]) => {
    const autre = nom == "autre" && h("label", 0, T.aide.autre, h("input", { type: "text", maxlength: 250 }));
    const detail = T.canaux[nom] ? canal(outils, T, nom) : autre;
    return [
      h("label", 0, h("input", { type: "checkbox", name: "aide", value: nom }), h("span", 0, texte)),
      detail && h("div", { class: "detail", hidden: 1 }, detail),
    ];
  });
  const change = ({ target }) => {
    for (const [label, detail] of cases) {
      const bouton = label.firstChild;
      // « No help needed » goes with nothing else: the last answer wins.
      if (target.checked && (bouton.value == "aucune") != (target.value == "aucune")) bouton.checked = 0;
      if (detail) detail.hidden = !bouton.checked;
    }
  };
  return h("div", { class: "choix aides", change }, cases.flat());
}
