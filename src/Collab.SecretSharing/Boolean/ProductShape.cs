namespace Collab.SecretSharing.Boolean;

/// <summary>What <see cref="ObliviousProducts"/> multiplies of an element: a number by several words.</summary>
/// <param name="Bits">The width of the number, 1 to 128.</param>
/// <param name="Words">How many words it multiplies.</param>
public readonly record struct ProductShape(int Bits, int Words);
