using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>The arithmetic below the operations of <see cref="EncryptionBench"/>: one transform modulo one prime, and one conversion of residues from
/// primes as many and as long as those of Q to the second base of products.</summary>
internal sealed class LatticeSubject : IDisposable
{
    private readonly NegacyclicTransform _transform;
    private readonly NativeBuffer<double> _values;
    private readonly BaseConversion _conversion;
    private readonly NativeBuffer<double> _source;
    private readonly NativeBuffer<double> _target;
    private readonly int _degree;

    public LatticeSubject(BfvParameters parameters)
    {
        _degree = parameters.RingDegree;
        var bits = parameters.RingDegree switch { 4096 => 36, 8192 => 44, _ => 48 };
        // B > 4·t·N·Q, of primes of 48 bits.
        var count = ((bits * parameters.Levels) + 22 + int.Log2(_degree) + 47) / 48;
        ResidueModulus[] from = [.. NttPrimes.Largest(bits, _degree, parameters.Levels).Select(q => new ResidueModulus(q))];
        ResidueModulus[] to = [.. NttPrimes.Largest(48, _degree, count + from.Length)[^count..].Select(p => new ResidueModulus(p))];
        _transform = new(from[0], _degree);
        _conversion = new(from, to);
        _values = NativeBuffer<double>.AllocatePublic(_degree);
        _source = NativeBuffer<double>.AllocatePublic(from.Length * _degree);
        _target = NativeBuffer<double>.AllocatePublic(to.Length * _degree);
        for (var i = 0; i < _degree; i++) _values.Span[i] = i;
        for (var i = 0; i < _source.Length; i++) _source.Span[i] = i % _degree;
    }

    /// <summary>Does it once; there is nothing to dispose.</summary>
    public void Do(string operation)
    {
        if (operation == "ntt") _transform.Forward(_values.Span);
        else _conversion.Convert(_source.Span, _target.Span, _degree);
    }

    /// <summary>A transform is undone by its inverse, and small numbers have the same residues modulo all primes.</summary>
    public bool Check(string operation)
    {
        double[] before = [.. _values.Span];
        Do(operation);
        if (operation == "ntt") _transform.Inverse(_values.Span);
        var correct = true;
        for (var i = 0; operation != "ntt" && i < _target.Length; i++) correct &= _target.Span[i] == i % _degree;
        return correct && _values.Span.SequenceEqual(before);
    }

    public void Dispose()
    {
        _values.Dispose();
        _source.Dispose();
        _target.Dispose();
    }
}
