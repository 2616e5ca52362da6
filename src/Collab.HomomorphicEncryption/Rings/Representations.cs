namespace Collab.HomomorphicEncryption.Rings;

/// <summary>In which form a ring element is held; products exist for evaluations alone, conversions between bases for coefficients alone.</summary>
internal interface IRepresentation;

/// <summary>Coefficients of X^0 to X^(N − 1).</summary>
internal readonly struct Coefficients : IRepresentation;

/// <summary>Values at the odd powers of the root, in the order of <see cref="Arithmetic.Lattices.NegacyclicTransform"/>.</summary>
internal readonly struct Evaluations : IRepresentation;
