namespace Collab.Psi.Incremental;

/// <summary>An item of the receiver, and the name by which it finds the item's row again.</summary>
/// <param name="Id">Any 128 bits that no other item of the set has at the same time: a row number, a UUID. It stays with the receiver.</param>
/// <param name="Item">The canonical item; no other item of the set is equal at the same time.</param>
public readonly record struct IncrementalItem(UInt128 Id, ReadOnlyMemory<byte> Item);
