"use strict";

const form = document.querySelector("form");
const password = document.getElementById("password");
const code = document.getElementById("code");

/** A field that travels with the form and that nobody sees. */
function hidden(name) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  form.append(field);
  return field;
}

// Password and code apart: what is sent is both, joined when the form goes.
const joined = hidden("httpd_password");
password.removeAttribute("name");
password.removeAttribute("aria-describedby");
document.getElementById("joined").hidden = true;
document.getElementById("apart").hidden = false;
code.required = true;

form.addEventListener("submit", () => {
  // Authenticators show "123 456".
  joined.value = password.value + code.value.replace(/\s/g, "");
});

document.getElementById("recovery").addEventListener("click", () => {
  code.inputMode = "text";
  code.placeholder = "XXXX-XXXX-XXXX-XXXX";
  code.focus();
});

// Back to the page that was asked for: one of this site, remembered while the tab lives, because a
// refused form comes back without it.
const asked = new URLSearchParams(location.search).get("to") ?? sessionStorage.getItem("to") ?? "";
if (/^\/(?!cachet-mfa\/)\w[\w/-]*$/.test(asked)) {
  sessionStorage.setItem("to", asked);
  hidden("httpd_location").value = asked;
}

// Coming back in the history must not bring the code back.
addEventListener("pageshow", () => {
  code.value = joined.value = "";
});
