import { whole } from "../values";

/** A port that something listens on. */
export const port = () => whole(1, 65535, "", [22]); // 22 is sshd's
