/** The channels of a remote command. Source: apimachinery `remotecommand` constants. */
export const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

interface ChannelMessage {
  readonly channel: number;
  readonly bytes: Buffer;
}

/** How channels share one WebSocket: the number of the channel in front of each message. */
export interface ChannelCodec {
  encode(message: ChannelMessage): Buffer | string;
  /** Undefined for a message that carries no channel. */
  decode(message: Buffer): ChannelMessage | undefined;
}

/** The codec of a subprotocol: bytes, or for the base64 ones a digit and text. */
export function codecOf(subprotocol: string): ChannelCodec {
  return subprotocol.includes("base64.") ? base64Codec : binaryCodec;
}

/** Only the last version can tell that stdin has ended; in the others it ends with the connection. */
export function canCloseChannels(subprotocol: string): boolean {
  return subprotocol === "v5.channel.k8s.io";
}

const binaryCodec: ChannelCodec = {
  encode: ({ channel, bytes }) => Buffer.concat([Buffer.of(channel), bytes]),
  decode(message) {
    const channel = message[0];
    return channel === undefined ? undefined : { channel, bytes: message.subarray(1) };
  },
};

const base64Codec: ChannelCodec = {
  encode: ({ channel, bytes }) => `${channel}${bytes.toString("base64")}`,
  decode(message) {
    const digit = message.toString("latin1", 0, 1);
    if (!/^\d$/.test(digit)) return undefined;
    return { channel: Number(digit), bytes: Buffer.from(message.toString("latin1", 1), "base64") };
  },
};
