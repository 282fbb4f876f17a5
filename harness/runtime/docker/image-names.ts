/** What `--image` can name: a part whose image is to be another, or the Java of our own images. */
export const imageNames = ["mysql", "kafka", "connect", "catalog", "object-store", "java"] as const;
export type ImageName = (typeof imageNames)[number];
