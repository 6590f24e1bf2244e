// Numbers as people read them.

const THIN_SPACE = "\u202f";
const wholeFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compactFormat = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const longFormat = new Intl.NumberFormat("en", { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 3 });

const minus = (text) => text.replace("-", "\u2212");

function formatNumber(value, decimals = 0) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (decimals === 0 && Math.abs(value) < 10 && value % 1 !== 0) decimals = 1;
  if (decimals === 0) return minus(wholeFormat.format(value));
  return minus(value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
}

const formatCompact = (value) => minus(compactFormat.format(value));
const formatInWords = (value) => minus(longFormat.format(value));

// One decimal, none from 100 % on, more only where nothing would be left: the rule of bailiwick.domain.wording.
function formatPercent(fraction) {
  if (fraction === null || !Number.isFinite(fraction)) return "–";
  const value = Math.abs(fraction) >= 5e-7 ? 100 * fraction : 0;
  const digits = Math.abs(value) >= 99.95 ? 0 : 1;
  const isTiny = value !== 0 && Math.abs(value) < 0.05;
  const size = isTiny ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return minus(value.toLocaleString("en", size)) + THIN_SPACE + "%";
}

function formatDeviation(fraction) {
  const text = formatPercent(fraction);
  return fraction >= 5e-7 ? `+${text}` : text;
}

function formatTolerance(fraction) {
  return `±${Number((100 * fraction).toPrecision(6))}${THIN_SPACE}%`;
}

function countOf(number, [one, many]) {
  return `${formatNumber(number)} ${number === 1 ? one : many}`;
}
