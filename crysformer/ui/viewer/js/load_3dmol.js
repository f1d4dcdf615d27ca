// Loading 3Dmol.js once for all views of a page.

let libraryLoading = null;

function loadLibrary(url) {
  if (window.$3Dmol) return Promise.resolve();
  libraryLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => {
      libraryLoading = null;
      reject(new Error("its drawing library could not be loaded"));
    };
    document.head.append(script);
  });
  return libraryLoading;
}

function hasWebGL() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}
