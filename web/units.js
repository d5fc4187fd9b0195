// Numbers as people read them.

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** 1536 → "1.5 KiB" */
export function bytes(n) {
  let power = 0;
  while (n >= 1024 && power < BINARY.length - 1) {
    n /= 1024;
    power += 1;
  }
  return `${n.toFixed(power === 0 || n >= 100 ? 0 : 1)} ${BINARY[power]}`;
}

export const bytesPerSecond = (n) => `${bytes(n)}/s`;
export const percent = (n) => `${n.toFixed(1)} %`;
export const plain = (n) => n.toFixed(2);

/** 93784 → "1 d 2 h" */
export function duration(seconds) {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

/** The smallest round number not below n: 1, 2 or 5 times a power of ten, or of 1024 and ten for bytes. */
export function roundUp(n, base) {
  let unit = 1;
  while (base === 1024 && n >= unit * 1024) unit *= 1024;
  const ten = 10 ** Math.floor(Math.log10(n / unit));
  const digit = [1, 2, 5, 10].find((d) => d * ten * unit >= n * (1 - 1e-9));
  return digit * ten * unit;
}
