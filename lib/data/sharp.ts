import type sharp from 'sharp';
import { LaminetError } from '../errors';
import { fileErrorCode } from '../files/file-error';

/** An image as bytes, pixel by pixel, the channels of a pixel together. */
export interface DecodedImage {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

/** How images are to come out. */
export interface DecodeOptions {
  readonly channels: 1 | 3;
  /** [height, width]; undefined: as they are. */
  readonly size: readonly [number, number] | undefined;
  /** What becomes of another ratio of height and width. */
  readonly fit: 'stretch' | 'crop';
}

/** Decodes an image file. Error: `E_FORMAT` for one that is damaged, cut or no image, `E_FILE` for one that cannot be read. */
export type ImageDecoder = (bytes: Uint8Array, name: string) => Promise<DecodedImage>;

/**
 * A decoder of PNG and JPEG by the package sharp, which is loaded now, since most users never need it.
 * Error: `E_FILE` where it is not installed, or has no binary for this machine.
 */
export async function imageDecoder({ channels, size, fit }: DecodeOptions): Promise<ImageDecoder> {
  const open = await loadSharp();
  return async (bytes, name) => {
    try {
      // An image that needs turning says so; with alpha, its colours are those that the file holds.
      let image = open(bytes, { failOn: 'warning' }).rotate().removeAlpha();
      if (size) image = image.resize({ height: size[0], width: size[1], fit: fit === 'crop' ? 'cover' : 'fill' });
      image = image.toColourspace(channels === 1 ? 'b-w' : 'srgb');
      const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
      if (info.channels !== channels) throw new Error(`${info.channels} channels`);
      return { height: info.height, width: info.width, pixels: data };
    } catch (cause) {
      const found = (cause as Error).message.split('\n')[0];
      const message = `${name}: cannot be decoded (${found}), expected a whole PNG or JPEG image`;
      throw new LaminetError(
        'E_FORMAT',
        message,
        { name, where: 'the image', found, expected: 'a PNG or JPEG' },
        { cause },
      );
    }
  };
}

async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const missing = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(fileErrorCode(cause) ?? '');
    const reason = missing
      ? 'is not installed: run npm install sharp'
      : `cannot be loaded: ${(cause as Error).message}`;
    const message = `the npm package sharp, which decodes images, ${reason}`;
    throw new LaminetError('E_FILE', message, { package: 'sharp' }, { cause });
  }
}
