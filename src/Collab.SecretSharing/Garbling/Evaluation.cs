using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Collab.Primitives;

namespace Collab.SecretSharing.Garbling;

/// <summary>The evaluator's side of one batch: one label per wire, and never both of any.</summary>
/// <remarks>
/// Timing is independent of the labels.
/// Source: Zahur, Rosulek, Evans, eprint 2014/756, figure 2; specs/garbled-gate.md, step 4.
/// </remarks>
internal sealed class Evaluation : IDisposable
{
    private readonly GarbledLayout _layout;
    private readonly byte[] _material;
    private readonly LabelTable _labels;
    private readonly TweakableHash _hash;

    /// <param name="layout">Circuit and sizes.</param>
    /// <param name="material">What the garblers sent, of exactly <see cref="GarbledLayout.Size"/> bytes.</param>
    public Evaluation(GarbledLayout layout, byte[] material)
    {
        (_layout, _material) = (layout, material);
        _labels = new LabelTable(layout.Circuit.WireCount, layout.Instances);
        _hash = new TweakableHash(material.AsSpan(0, TweakableHash.KeySize), 2 * layout.Instances);
    }

    /// <summary>Takes the labels of one input wire, if each is one of the two the garblers committed to.</summary>
    public bool TryTakeInput(int wire, ReadOnlySpan<byte> labels)
    {
        labels.CopyTo(MemoryMarshal.AsBytes(_labels[wire]));
        using var hashed = new LabelTable(1, _layout.Instances);
        _labels[wire].CopyTo(hashed[0]);
        _hash.Hash(hashed.All, [Garbling.CommitmentSequence + (ulong)wire], _layout.Instances);
        var commitments = Labels(_material.AsSpan(_layout.Commitments + (wire * _layout.CommitmentSize), _layout.CommitmentSize));
        var difference = Vector128<ulong>.Zero;
        for (var i = 0; i < _layout.Instances; i++)
        {
            var colour = LabelTable.ColourMask(_labels[wire][i]);
            difference |= hashed[0][i] ^ Vector128.ConditionalSelect(colour, commitments[_layout.Instances + i], commitments[i]);
        }

        return difference == Vector128<ulong>.Zero;
    }

    /// <summary>The bit an own input's label stands for; only the evaluator's own inputs come with colours.</summary>
    public bool OwnInput(int wire, int instance)
    {
        var position = wire - (_layout.Circuit.InputCount - _layout.ColouredInputs);
        return Bit(wire, instance, _layout.Circuit.Outputs.Count + position);
    }

    /// <summary>Evaluates all gates; every input has been taken.</summary>
    public void Run()
    {
        var n = _layout.Instances;
        using var hashed = new LabelTable(2, n);
        var and = 0;
        for (var g = 0; g < _layout.Circuit.Gates.Count; g++)
        {
            var (kind, wireA, wireB) = _layout.Circuit.Gates[g];
            Span<Vector128<ulong>> a = _labels[wireA], b = _labels[wireB], output = _labels[_layout.Circuit.InputCount + g];
            switch (kind)
            {
                case GateKind.Xor:
                    for (var i = 0; i < n; i++) output[i] = a[i] ^ b[i];
                    break;
                case GateKind.Not:
                    a.CopyTo(output);
                    break;
                default:
                    // W = H(A) ⊕ s_a·T_G ⊕ H(B) ⊕ s_b·(T_E ⊕ A)
                    a.CopyTo(hashed[0]);
                    b.CopyTo(hashed[1]);
                    _hash.Hash(hashed.All, [2 * (ulong)and, (2 * (ulong)and) + 1], n);
                    var table = Labels(_material.AsSpan(_layout.Tables + (and++ * _layout.TableSize), _layout.TableSize));
                    for (var i = 0; i < n; i++)
                    {
                        output[i] = hashed[0][i] ^ (LabelTable.ColourMask(a[i]) & table[i])
                            ^ hashed[1][i] ^ (LabelTable.ColourMask(b[i]) & (table[n + i] ^ a[i]));
                    }

                    break;
            }
        }
    }

    /// <summary>The value of an output.</summary>
    public bool Output(int output, int instance) => Bit(_layout.Circuit.Outputs[output], instance, output);

    /// <summary>The label of an output: proof of its value to the garblers.</summary>
    public ReadOnlySpan<byte> OutputLabels(int output) => MemoryMarshal.AsBytes(_labels[_layout.Circuit.Outputs[output]]);

    public void Dispose()
    {
        _labels.Dispose();
        _hash.Dispose();
    }

    private bool Bit(int wire, int instance, int colourOf) =>
        ((_labels[wire][instance].ToScalar() & 1) != 0)
        ^ GarbledLayout.Bit(_material.AsSpan(_layout.Colours), (colourOf * _layout.Instances) + instance);

    private static Span<Vector128<ulong>> Labels(Span<byte> bytes) => MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
}
