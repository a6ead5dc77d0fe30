/** Hidden first lines by which we find our own comments again. Anybody can write one: authorship is the adapter's to check. */
import type { Notice } from "../core/effect.ts";
import { noticeKey } from "../core/effect.ts";

export function marker(kind: string): string {
  // Encoded, so that nothing in it can end the HTML comment.
  return `<!-- headgate:${encodeURIComponent(kind).replaceAll("%3A", ":")} -->`;
}

export function statusMarker(): string {
  return marker("status");
}

export function planMarker(): string {
  return marker("plan");
}

export function noticeMarker(notice: Notice): string {
  return marker(`notice:${noticeKey(notice)}`);
}
