namespace Collab.Pir.Keyword;

/// <summary>A record of a table by keyword.</summary>
/// <param name="Key">Canonical: equal keys have equal bytes.</param>
/// <param name="Value">What a client that asks for the key gets.</param>
public readonly record struct KeywordRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

/// <summary>A record made ready for its cell.</summary>
/// <param name="Name">The first half of F(k, x), by which the server finds the record again.</param>
/// <param name="Left">Its bin on the left.</param>
/// <param name="Right">Its bin on the right.</param>
/// <param name="Bytes">The sealed cell.</param>
internal readonly record struct SealedRecord(UInt128 Name, int Left, int Right, ReadOnlyMemory<byte> Bytes);

/// <summary>A cell: a side, 0 or 1, and the record of that side's table.</summary>
internal readonly record struct Cell(int Side, int Record);
