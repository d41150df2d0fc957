export interface Labels { readonly [key: string]: string }
