using Collab.Statistics.Results;

namespace Collab.Statistics.Inference;

/// <summary>Gathers the numbers of a <see cref="Finding"/> with the bits each is good for.</summary>
internal sealed class FindingBuilder(string method)
{
    /// <summary>Bits claimed of what went through a special function or an iteration. Measured against R: at least 36.</summary>
    public const int SpecialFunctionBits = 32;

    private const int RoundedOnceBits = 53;
    private const int DoubleArithmeticBits = 44; // hundreds of roundings of 2^−53 each

    private readonly List<Quantity> _quantities = [];

    public FindingBuilder Exact(string name, Fraction value, string term = "") => Add(term, name, value.ToNearestDouble(), RoundedOnceBits);

    /// <summary>The root of a fraction, with a sign.</summary>
    public FindingBuilder Root(string name, Fraction square, int sign = 1, string term = "") =>
        Add(term, name, sign * square.SquareRootToNearestDouble(), RoundedOnceBits);

    /// <summary>A number that a few operations on doubles made of exact ones.</summary>
    public FindingBuilder Near(string name, double value, string term = "") => Add(term, name, value, DoubleArithmeticBits);

    /// <summary>A p-value, a quantile's product, an iteration's limit.</summary>
    public FindingBuilder Special(string name, double value, string term = "") => Add(term, name, value, SpecialFunctionBits);

    public Finding Build() => new(method, _quantities);

    private FindingBuilder Add(string term, string name, double value, int bits)
    {
        _quantities.Add(new Quantity(term, name, value, bits));
        return this;
    }
}
