import { extname } from "node:path";

/** The types nginx knows and web pages need, by extension. */
const types: Readonly<Record<string, string>> = {
  "7z": "application/x-7z-compressed",
  atom: "application/atom+xml",
  avif: "image/avif",
  css: "text/css",
  gif: "image/gif",
  htm: "text/html",
  html: "text/html",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "application/javascript",
  json: "application/json",
  mjs: "application/javascript",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  rss: "application/rss+xml",
  shtml: "text/html",
  svg: "image/svg+xml",
  tif: "image/tiff",
  tiff: "image/tiff",
  txt: "text/plain",
  wasm: "application/wasm",
  wav: "audio/x-wav",
  webm: "video/webm",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  xhtml: "application/xhtml+xml",
  xml: "text/xml",
  zip: "application/zip",
};

/** The Content-Type of a file; `application/octet-stream` for what is not known, as nginx says. */
export function contentType(path: string): string {
  return types[extname(path).slice(1).toLowerCase()] ?? "application/octet-stream";
}
