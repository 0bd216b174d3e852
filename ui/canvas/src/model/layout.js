/** The sizes of nodes. */
import { branchesOf } from "./blueprint.js";

export const WIDTH = 240;
const HEAD = 56;
const FOOT = 26;
export const ROW = 24;

export const heightOf = (node) => HEAD + FOOT + branchesOf(node).length * ROW;
/** How far down the handle of a branch sits. */
export const handleTop = (place) => HEAD + ROW * place + ROW / 2;
