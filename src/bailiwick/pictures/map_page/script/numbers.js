// Numbers as people read them.

const THIN_SPACE = "\u202f";
const wholeFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compactFormat = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const longFormat = new Intl.NumberFormat("en", { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 3 });
const deviationFormat = new Intl.NumberFormat("en", { signDisplay: "exceptZero", minimumFractionDigits: 1, maximumFractionDigits: 1 });

const minus = (text) => text.replace("-", "\u2212");

function formatNumber(value, decimals = 0) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (decimals === 0 && Math.abs(value) < 10 && value % 1 !== 0) decimals = 1;
  if (decimals === 0) return minus(wholeFormat.format(value));
  return minus(value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
}

const formatCompact = (value) => minus(compactFormat.format(value));
const formatInWords = (value) => minus(longFormat.format(value));

function formatDeviation(fraction) {
  if (fraction === null || !Number.isFinite(fraction)) return "–";
  return minus(deviationFormat.format(100 * fraction)) + THIN_SPACE + "%";
}

function formatTolerance(fraction) {
  return `±${formatNumber(100 * fraction, (100 * fraction) % 1 ? 1 : 0)}${THIN_SPACE}%`;
}

function countOf(number, [one, many]) {
  return `${formatNumber(number)} ${number === 1 ? one : many}`;
}
