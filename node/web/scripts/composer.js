// The form in which one writes says more while one writes: how much room is left, that a picture wants a description, by
// which clock a time is meant. Ctrl+Enter publishes. All of it works without.

const LONGEST_POST = 5000;
const FEW_LEFT = 500;

// As the node counts: a link as 23 characters, a colleague at another node by the name alone.
function lengthOf(text) {
  return [...text.replace(/https?:\/\/\S+/g, "x".repeat(23)).replace(/(@[\w.-]+)@[\w.:-]+/g, "$1")].length;
}

const clock = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (clock && !document.cookie.includes("timezone=" + encodeURIComponent(clock))) {
  document.cookie = "timezone=" + encodeURIComponent(clock) + "; path=/; max-age=31536000; SameSite=Lax";
  const zone = document.querySelector("form[data-draft] [name=scheduled_zone]");
  if (zone && !zone.form.elements.scheduled_at.value) zone.value = clock;
}

function countLetters(text) {
  const line = document.createElement("p");
  line.className = "letters-left";
  text.after(line);
  const count = () => {
    const left = LONGEST_POST - lengthOf(text.value);
    line.hidden = left > FEW_LEFT;
    line.classList.toggle("wrong", left < 0);
    line.textContent = left.toLocaleString(document.documentElement.lang);
  };
  text.form.addEventListener("input", count);
  text.form.addEventListener("put-back", count);
  count();
}

// A file that was just chosen asks for its description.
function remind(file) {
  const about = file.closest("fieldset").querySelector("textarea");
  const reminder = file.closest("fieldset").querySelector(".reminder");
  if (!about || !reminder) return;
  const look = () => (reminder.hidden = !file.files.length || Boolean(about.value.trim()));
  file.addEventListener("change", look);
  about.addEventListener("input", look);
  look();
}

// A place for another file is there once the one before is taken.
function oneAfterAnother(form) {
  const files = [...form.querySelectorAll("input[type=file]")];
  const look = () => files.forEach((file, at) => (file.closest("fieldset").hidden = at > 0 && !files[at - 1].files.length && !file.files.length));
  files.forEach(file => file.addEventListener("change", look));
  look();
}

for (const form of document.querySelectorAll("form.composer")) oneAfterAnother(form);
for (const text of document.querySelectorAll("form.composer textarea[name=text]")) countLetters(text);
for (const file of document.querySelectorAll("form.composer input[type=file]")) remind(file);

document.addEventListener("keydown", event => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("form.composer");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[type=submit]:not([formaction])"));
});

// What can be undone for a while can be undone no longer.
for (const form of document.querySelectorAll("form.undo")) {
  setTimeout(() => form.remove(), Number(form.dataset.seconds) * 1000);
}
