import { whole } from "../values";

/** A port to listen on. */
export const port = () => whole(1, 65535, "", [22]); // 22 is the port of sshd
