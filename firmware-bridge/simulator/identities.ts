/** What the simulated devices say of themselves. See README.md for which of it was captured from a real unit. */
export interface SimIdentity {
  productModel: string;
  firmware: string;
  partNumber: string;
}

export const IDENTITIES: Record<string, SimIdentity> = {
  'ucm6302-old': { productModel: 'UCM6302  V1.2B', firmware: '1.0.17.11', partNumber: '9660003912B' },
  ucm6304: { productModel: 'UCM6304  V1.6A', firmware: '1.0.33.30', partNumber: '9660004116A' },
  ucm6304a: { productModel: 'UCM6304A  V1.6A', firmware: '1.0.25.7', partNumber: '9660004116A' },
  gcc6010w: { productModel: 'GCC6010W  V1.0A', firmware: '1.0.25.11', partNumber: '9670000110A' },
  clouducm: { productModel: 'CloudUCM', firmware: '1.0.25.13', partNumber: '' },
  ucm6202: { productModel: 'UCM6202  V1.5A', firmware: '1.0.20.38', partNumber: '9660002615A' },
};
