// Files dropped anywhere go to the hidden upload widget of class `data[0]`.

export default function ({ data, parentElement }) {
  const veil = parentElement.querySelector(".veil");
  const target = () => document.querySelector(`.${data[0]} input[type="file"]`);
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  // A widget that takes drops itself, as the visible uploader, keeps its own.
  const elsewhere = (event) =>
    brings(event) && !event.target.closest?.('[data-testid="stFileUploaderDropzone"]');

  const over = (event) => {
    veil.hidden = !elsewhere(event);
    if (!veil.hidden) event.preventDefault();
  };
  const leave = (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  };
  const drop = (event) => {
    veil.hidden = true;
    if (!elsewhere(event) || !target()) return;
    event.preventDefault();
    target().files = event.dataTransfer.files;
    target().dispatchEvent(new Event("change", { bubbles: true }));
  };
  window.addEventListener("dragover", over);
  window.addEventListener("dragleave", leave);
  window.addEventListener("drop", drop);
  return () => {
    window.removeEventListener("dragover", over);
    window.removeEventListener("dragleave", leave);
    window.removeEventListener("drop", drop);
  };
}
