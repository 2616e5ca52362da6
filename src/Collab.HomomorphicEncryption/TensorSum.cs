using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

/// <summary>Σ x_k·y_k over the integers, modulo Q and modulo the second base, before the one multiplication by t/Q and rounding.</summary>
/// <remarks>z_0 = Σ a_0·b_0, z_1 = Σ a_0·b_1 + a_1·b_0, z_2 = Σ a_1·b_1. Sums stay unreduced for up to <see cref="Unreduced"/> products.</remarks>
internal sealed class TensorSum : IDisposable
{
    // Each product adds at most 3/4·p to a residue below p, and 2^51 is 8·p at the largest p: 1 + 8·3/4 = 7.
    private const int Unreduced = 8;
    private readonly BfvLevel _level;
    private readonly RingElement<Evaluations>[] _lower;
    private readonly RingElement<Evaluations>[] _upper;
    private int _terms;
    private int _pending;

    public TensorSum(BfvLevel level)
    {
        _level = level;
        RingElement<Evaluations>[] Three(RingBase ring) => [.. Enumerable.Range(0, 3).Select(_ => RingElement<Evaluations>.Public(ring))];
        (_lower, _upper) = (Three(level.Ring), Three(level.Tensor.Ring));
    }

    /// <summary>Whether another product would make the scaled sum too large for the second base.</summary>
    public bool IsFull => _terms >= _level.Tensor.MostTerms;

    public void Add(TensorOperand x, TensorOperand y)
    {
        if (_pending + 2 > Unreduced) Normalize();
        Add(_lower, x.Lower(0), x.Lower(1), y.Lower(0), y.Lower(1));
        Add(_upper, x.Upper(0), x.Upper(1), y.Upper(0), y.Upper(1));
        (_terms, _pending) = (_terms + 1, _pending + 2); // z_1 has two products more
    }

    /// <summary>⌊t·z/Q⌉ modulo Q: three parts.</summary>
    public RingElement<Evaluations>[] ScaleDown()
    {
        Normalize();
        return [ScaleDown(0), ScaleDown(1), ScaleDown(2)];
    }

    public void Dispose()
    {
        foreach (var part in _lower.Concat(_upper)) part.Dispose();
    }

    private void Add(
        RingElement<Evaluations>[] z, RingElement<Evaluations> a0, RingElement<Evaluations> a1, RingElement<Evaluations> b0, RingElement<Evaluations> b1)
    {
        for (var i = 0; i < a0.Ring.Limbs; i++)
        {
            var modulus = a0.Ring.Moduli[i];
            if (_terms == 0)
            {
                ResidueVectors.Multiply(a0[i], b0[i], z[0][i], modulus);
                ResidueVectors.Multiply(a0[i], b1[i], z[1][i], modulus);
                ResidueVectors.Multiply(a1[i], b1[i], z[2][i], modulus);
            }
            else
            {
                ResidueVectors.Accumulate(a0[i], b0[i], z[0][i], modulus);
                ResidueVectors.Accumulate(a0[i], b1[i], z[1][i], modulus);
                ResidueVectors.Accumulate(a1[i], b1[i], z[2][i], modulus);
            }

            ResidueVectors.Accumulate(a1[i], b0[i], z[1][i], modulus);
        }
    }

    private void Normalize()
    {
        foreach (var part in _terms > 1 ? _lower.Concat(_upper) : [_lower[1], _upper[1]]) // one product alone is reduced already
        {
            for (var i = 0; i < part.Ring.Limbs; i++) ResidueVectors.Normalize(part[i], part[i], part.Ring.Moduli[i]);
        }

        _pending = 0;
    }

    // Leaves the sums of this part used up.
    private RingElement<Evaluations> ScaleDown(int part)
    {
        var (z, w) = (_lower[part], _upper[part]);
        var (tensor, n) = (_level.Tensor, _level.Ring.Degree);
        for (var i = 0; i < _level.Limbs; i++)
        {
            _level.Ring.Transforms[i].Inverse(z[i]);
            ResidueVectors.Scale(z[i], _level.Plain[i], z[i], _level.Ring.Moduli[i]);   // [t·z]_Q
        }

        using var remainder = RingElement<Coefficients>.Public(tensor.Ring);
        tensor.ToTensor.Convert(z.Residues, remainder.Residues, n);
        for (var j = 0; j < tensor.Ring.Limbs; j++)
        {
            var modulus = tensor.Ring.Moduli[j];
            tensor.Ring.Transforms[j].Inverse(w[j]);
            ResidueVectors.ScaleCentered(w[j], tensor.Plain[j], w[j], modulus);
            ResidueVectors.ScaleDifference(w[j], remainder[j], tensor.ProductInverses[j], w[j], modulus);
        }

        var scaled = RingElement<Coefficients>.Public(_level.Ring);
        tensor.FromTensor.Convert(w.Residues, scaled.Residues, n);
        return scaled.Evaluate();
    }
}
