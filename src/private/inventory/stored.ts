import { Inventory, inventoryOf } from './inventory';
import { readModel } from '../model/stored-model';

/** The inventory of an app by the model that it left in a file, or why it cannot be made. */
export function storedInventory(stored: unknown): { readonly inventory: Inventory } | { readonly unreadable: string } {
  try {
    const read = readModel(stored);
    return 'unreadable' in read ? read : { inventory: inventoryOf(read.app) };
  } catch {
    // a program wrote it, so that only a change by hand can be the reason
    return { unreadable: 'a part of the model is missing, or is not what it was' };
  }
}
