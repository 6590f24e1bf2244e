/* Reports: the browser tells its time zone, so that a day is a day of whoever looks. */
"use strict";

(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = document.cookie.split("; ").find((part) => part.startsWith("bailiwick_zone="));
  if (!zone || known === `bailiwick_zone=${zone}`) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `bailiwick_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  if (!known && document.cookie.includes("bailiwick_zone=") && zone !== "UTC") location.reload();
})();
