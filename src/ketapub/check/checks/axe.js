// What axe finds on the page, for axe.py: a list of [rule, element as XPath, message, whether it decides]. `off` are rules
// not to ask for, `only` those to ask for alone; `excused` is the table of what is no fault.
async ({ off, excused, only }) => {
  const isExcused = (rule, node, decided) => excused.some(one =>
    one.rule === rule && one.decided === decided && (!one.within || node.element?.closest(one.within)) &&
    (!one.said.length || node.any.some(each => one.said.includes(each.data?.messageKey))));
  const messages = node => [...node.any, ...node.all, ...node.none].map(each => each.message).join("; ");

  // Before a gradient, such as the shade at the edge of a table, axe decides nothing.
  document.querySelectorAll(".table").forEach(each => { each.style.background = "none"; });
  // Here it has to decide on text of one letter and on symbols, too. Its ratios are those of WCAG 2.2, 1.4.3; the other
  // numbers are its own defaults, which `configure` would drop.
  axe.configure({ checks: [{ id: "color-contrast", options: {
    ignoreUnicode: false, ignoreLength: true, ignorePseudo: false, pseudoSizeThreshold: 0.25, shadowOutlineEmMax: 0.2,
    boldValue: 700, boldTextPt: 14, largeTextPt: 18,
    contrastRatio: { normal: { expected: 4.5 }, large: { expected: 3 } },
  } }] });
  // WCAG 2.2, 2.5.8, which axe leaves out unless it is asked for.
  const rules = { "target-size": { enabled: true }, ...Object.fromEntries(off.map(rule => [rule, { enabled: false }])) };
  // Each rule looks at each element. To find a selector for each takes axe longer than to judge it, so it finds none.
  const found = await axe.run(document, {
    rules, elementRef: true, selectors: false, resultTypes: ["violations", "incomplete"],
    ...(only.length && { runOnly: { type: "rule", values: only } }),
  });
  const listed = (results, decided) => results.flatMap(rule => rule.nodes
    .filter(node => !isExcused(rule.id, node, decided))
    .map(node => [rule.id, node.element ? xpath(node.element) : "", `${rule.help}: ${messages(node)}`, decided]));
  return [...listed(found.violations, true), ...listed(found.incomplete, false)];
}
