// What the colour of a unit says.

const SEQUENTIAL = ["#e6efe6", "#c5ddd2", "#9dc7bf", "#72aeaa", "#479292", "#227379", "#0b515b"];
const SEQUENTIAL_DARK = ["#24383a", "#2b4f51", "#32696a", "#3f8583", "#58a29c", "#82c0b6", "#b9ded3"];
const DIVERGING = ["#2f6f95", "#86adc4", "#d9e0da", "#eae0cd", "#dea877", "#b9602c"];
const DIVERGING_DARK = ["#6fb0d6", "#467d9c", "#38494e", "#504b3f", "#a8713f", "#e59a5c"];
const CATEGORIES = ["#3b7d8c", "#c8793c", "#7b8f3b", "#8964a6", "#c2a13a", "#5f6f9e", "#b0566a", "#4d9a78", "#93714e", "#6d9ec4", "#a878a0", "#7c7f83"];
const NO_TERRITORY = "#a5a29a";

// Every colouring: a class per unit, a colour and a text per class.
function listColourings(model) {
  const list = [territoryColouring(model)];
  model.plan.levels.forEach((level, number) => list.push(levelColouring(model, level, number)));
  model.plan.measures.forEach((measure, number) => list.push(deviationColouring(model, measure, number)));
  model.plan.measures.forEach((measure, number) => list.push(measureColouring(model, measure, number)));
  model.categories.forEach((category, number) => {
    if (category.is_colouring) list.push(categoryColouring(category, number));
  });
  return list;
}

function territoryColouring(model) {
  const { colours, dark_colours: darkColours } = model.plan.territories;
  return {
    key: "territory",
    name: "Territory",
    group: "",
    classOf: (unit) => model.territory[unit],
    classOfTerritory: (t) => t,
    colourOf: (value, isDark) => (isDark ? darkColours : colours)[value] ?? NO_TERRITORY,
    dotColourOf: (value, isDark) => (value in colours ? mixed(colours[value], isDark ? "#ffffff" : "#1f272b", isDark ? 0.1 : 0.24) : NO_TERRITORY),
    entries: () => [],
  };
}

function levelColouring(model, level, number) {
  const { of_territory: groups, colours, dark_colours: darkColours, ids } = level;
  return {
    key: `level-${number}`,
    name: level.name,
    group: "Level",
    classOf: (unit) => groups[model.territory[unit]] ?? -1,
    classOfTerritory: (t) => groups[t],
    colourOf: (value, isDark) => (isDark ? darkColours : colours)[value] ?? NO_TERRITORY,
    dotColourOf: (value, isDark) => (value in colours ? mixed(colours[value], isDark ? "#ffffff" : "#1f272b", isDark ? 0.1 : 0.24) : NO_TERRITORY),
    // Beyond the palette colours come again, and a legend would name the wrong group.
    entries: () => (ids.length <= CATEGORIES.length ? ids.map((text, value) => ({ text, value })) : []),
  };
}

function deviationColouring(model, measure, number) {
  const tolerance = measure.tolerance ?? 0.05;
  const breaks = [-3 * tolerance, -tolerance, 0, tolerance, 3 * tolerance];
  const classes = measure.deviations.map((value) => (value === null ? -1 : classIn(breaks, value)));
  const at = (i) => formatDeviation(breaks[i]).replace(".0", "");
  const texts = [`below ${at(0)}`, `${at(0)} to ${at(1)}`, `${at(1)} to 0`, `0 to ${at(3)}`, `${at(3)} to ${at(4)}`, `above ${at(4)}`];
  return {
    key: `deviation-${number}`,
    name: `${measure.name} against target`,
    group: "Balance",
    classOf: (unit) => classes[model.territory[unit]] ?? -1,
    classOfTerritory: (t) => classes[t],
    colourOf: (value, isDark) => (isDark ? DIVERGING_DARK : DIVERGING)[value] ?? NO_TERRITORY,
    entries: () => texts.map((text, value) => ({ text, value })).reverse(),
  };
}

function measureColouring(model, measure, number) {
  const values = model.values[number];
  const breaks = roundBreaks(values);
  const classes = Int32Array.from(values, (value) => classIn(breaks, value));
  const spread = breaks.length ? (SEQUENTIAL.length - 1) / breaks.length : 0;
  const texts = [];
  for (let i = 0; i <= breaks.length; i++) {
    if (i === 0) texts.push(breaks.length ? `below ${formatCompact(breaks[0])}` : "all alike");
    else if (i === breaks.length) texts.push(`${formatCompact(breaks[i - 1])} and more`);
    else texts.push(`${formatCompact(breaks[i - 1])} to ${formatCompact(breaks[i])}`);
  }
  return {
    key: `measure-${number}`,
    name: `${measure.name} per ${model.plan.noun[0]}`,
    group: "Measure",
    classOf: (unit) => classes[unit],
    classOfTerritory: null,
    colourOf: (value, isDark) => (isDark ? SEQUENTIAL_DARK : SEQUENTIAL)[Math.round(value * spread)],
    entries: () => texts.map((text, value) => ({ text, value })).reverse(),
  };
}

function categoryColouring(category, number) {
  return {
    key: `category-${number}`,
    name: category.name,
    group: "Category",
    classOf: (unit) => category.index[unit],
    classOfTerritory: null,
    colourOf: (value) => CATEGORIES[value],
    entries: () => category.texts.map((text, value) => ({ text: text || "(none)", value })),
  };
}

// A part of the way from one colour to another: dots must stand out from the tint of their own territory.
function mixed(colour, other, part) {
  const channel = (hex, at) => parseInt(hex.slice(at, at + 2), 16);
  const digits = [1, 3, 5].map((at) => Math.round(channel(colour, at) * (1 - part) + channel(other, at) * part));
  return `#${digits.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

const classIn = (breaks, value) => {
  let place = 0;
  while (place < breaks.length && value >= breaks[place]) place++;
  return place;
};

// Six breaks at sevenths of the sorted values, rounded to two digits, without repeats.
function roundBreaks(values) {
  const sorted = Float64Array.from(values).sort();
  const breaks = [];
  for (let i = 1; i < SEQUENTIAL.length; i++) {
    const value = sorted[Math.floor((i * sorted.length) / SEQUENTIAL.length)];
    const rounded = Number(Number(value).toPrecision(2));
    if (rounded > sorted[0] && rounded > (breaks.at(-1) ?? -Infinity)) breaks.push(rounded);
  }
  return breaks;
}
