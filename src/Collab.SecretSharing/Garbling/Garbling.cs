using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using Collab.Primitives;

namespace Collab.SecretSharing.Garbling;

/// <summary>Sizes, in bytes, and places of what an evaluator gets of one batch. Source: specs/garbled-gate.md, Messages.</summary>
/// <remarks>Hash key ‖ two ciphertexts per AND gate and instance ‖ two commitments per input and instance ‖ colours, a bit each.</remarks>
internal readonly record struct GarbledLayout(BooleanCircuit Circuit, int Instances, int ColouredInputs)
{
    public int Tables => TweakableHash.KeySize;

    public int TableSize => 2 * LabelTable.LabelSize * Instances; // of one gate: generator half of all instances, evaluator half of all

    public int Commitments => checked(Tables + (Circuit.AndCount * TableSize));

    public int CommitmentSize => 2 * LabelTable.LabelSize * Instances; // of one input: colour 0 of all instances, colour 1 of all

    public int Colours => checked(Commitments + (Circuit.InputCount * CommitmentSize));

    /// <summary>Colours of the labels for 0: first of the outputs, then of the last inputs, the evaluator's own.</summary>
    public int ColourCount => checked((Circuit.Outputs.Count + ColouredInputs) * Instances);

    public int Size => checked(Colours + ((ColourCount + 7) / 8));

    public static bool Bit(ReadOnlySpan<byte> bytes, int index) => (bytes[index / 8] >> (index % 8) & 1) != 0;
}

/// <summary>One batch of instances of a circuit, garbled from the common seed: free XOR, half gates, point and permute.</summary>
/// <remarks>
/// Deterministic in the seed, so that all garblers hold the same. Timing is independent of seed and labels.
/// Source: Zahur, Rosulek, Evans, eprint 2014/756, figure 2; specs/garbled-gate.md, step 2.
/// </remarks>
internal sealed class Garbling : IDisposable
{
    /// <summary>Sequence numbers of the tweaks of input commitments begin here, above those of all gates.</summary>
    public const ulong CommitmentSequence = 1UL << 56;

    private readonly BooleanCircuit _circuit;
    private readonly LabelTable _zeros; // the label for 0 of each wire
    private Vector128<ulong> _difference; // label for 1 = label for 0 ⊕ difference; colour 1

    private Garbling(GarbledLayout layout)
    {
        _circuit = layout.Circuit;
        _zeros = new LabelTable(_circuit.WireCount, layout.Instances);
        Material = new byte[layout.Size];
    }

    /// <summary>What the evaluator gets; it tells nothing without one label per input.</summary>
    public byte[] Material { get; }

    /// <summary>Garbles one batch.</summary>
    /// <param name="layout">Circuit and sizes.</param>
    /// <param name="seed">The common seed.</param>
    /// <param name="batch">The number of the batch; every batch has keys of its own.</param>
    public static Garbling Create(GarbledLayout layout, SecretBytes seed, int batch)
    {
        var garbling = new Garbling(layout);
        using var stream = seed.Use(batch, static (bytes, batch) => SeedStream.Derive(bytes, batch));
        stream.Fill(garbling.Material.AsSpan(0, TweakableHash.KeySize));
        Span<Vector128<ulong>> difference = stackalloc Vector128<ulong>[1];
        stream.Fill(MemoryMarshal.AsBytes(difference));
        garbling._difference = difference[0] | Vector128.Create(1UL, 0UL);
        stream.Fill(garbling._zeros.Bytes[..(layout.Circuit.InputCount * layout.Instances * LabelTable.LabelSize)]);

        using var hash = new TweakableHash(garbling.Material.AsSpan(0, TweakableHash.KeySize), 4 * layout.Instances);
        garbling.GarbleGates(layout, hash);
        garbling.CommitToInputs(layout, hash);
        garbling.WriteColours(layout);
        return garbling;
    }

    /// <summary>The label of a wire for a bit, in one instance.</summary>
    public Vector128<ulong> Label(int wire, int instance, bool bit) =>
        _zeros[wire][instance] ^ (_difference & LabelTable.BitMask(bit ? 1UL : 0));

    public void Dispose()
    {
        _zeros.Dispose();
        _difference = default;
    }

    private void GarbleGates(GarbledLayout layout, TweakableHash hash)
    {
        var n = layout.Instances;
        using var hashed = new LabelTable(4, n);
        var and = 0;
        for (var g = 0; g < _circuit.Gates.Count; g++)
        {
            var (kind, wireA, wireB) = _circuit.Gates[g];
            Span<Vector128<ulong>> a = _zeros[wireA], b = _zeros[wireB], output = _zeros[_circuit.InputCount + g];
            switch (kind)
            {
                case GateKind.Xor:
                    for (var i = 0; i < n; i++) output[i] = a[i] ^ b[i];
                    break;
                case GateKind.Not: // the evaluator keeps its label; what it means is turned around
                    for (var i = 0; i < n; i++) output[i] = a[i] ^ _difference;
                    break;
                default:
                    var table = Labels(Material.AsSpan(layout.Tables + (and * layout.TableSize), layout.TableSize));
                    GarbleAnd(a, b, output, table, hashed, hash, (ulong)and++);
                    break;
            }
        }
    }

    // T_G = H(A⁰) ⊕ H(A¹) ⊕ p_b·R      W_G = H(A⁰) ⊕ p_a·T_G
    // T_E = H(B⁰) ⊕ H(B¹) ⊕ A⁰         W_E = H(B⁰) ⊕ p_b·(T_E ⊕ A⁰)      W⁰ = W_G ⊕ W_E
    private void GarbleAnd(
        ReadOnlySpan<Vector128<ulong>> a, ReadOnlySpan<Vector128<ulong>> b, Span<Vector128<ulong>> output,
        Span<Vector128<ulong>> table, LabelTable hashed, TweakableHash hash, ulong gate)
    {
        var n = a.Length;
        for (var i = 0; i < n; i++)
        {
            (hashed[0][i], hashed[1][i]) = (a[i], a[i] ^ _difference);
            (hashed[2][i], hashed[3][i]) = (b[i], b[i] ^ _difference);
        }

        hash.Hash(hashed.All, [2 * gate, 2 * gate, (2 * gate) + 1, (2 * gate) + 1], n);
        Span<Vector128<ulong>> a0 = hashed[0], a1 = hashed[1], b0 = hashed[2], b1 = hashed[3];
        for (var i = 0; i < n; i++)
        {
            Vector128<ulong> colourA = LabelTable.ColourMask(a[i]), colourB = LabelTable.ColourMask(b[i]);
            var generatorHalf = a0[i] ^ a1[i] ^ (colourB & _difference);
            var evaluatorHalf = b0[i] ^ b1[i] ^ a[i];
            output[i] = a0[i] ^ (colourA & generatorHalf) ^ b0[i] ^ (colourB & (evaluatorHalf ^ a[i]));
            table[i] = generatorHalf;
            table[n + i] = evaluatorHalf;
        }
    }

    // The commitments of a wire stand in the order of colour, which is independent of the bits they stand for.
    private void CommitToInputs(GarbledLayout layout, TweakableHash hash)
    {
        var n = layout.Instances;
        using var hashed = new LabelTable(2, n);
        for (var wire = 0; wire < _circuit.InputCount; wire++)
        {
            for (var i = 0; i < n; i++)
            {
                var zero = _zeros[wire][i];
                hashed[0][i] = zero ^ (LabelTable.ColourMask(zero) & _difference);
                hashed[1][i] = hashed[0][i] ^ _difference;
            }

            hash.Hash(hashed.All, [CommitmentSequence + (ulong)wire, CommitmentSequence + (ulong)wire], n);
            hashed.Bytes.CopyTo(Material.AsSpan(layout.Commitments + (wire * layout.CommitmentSize)));
        }
    }

    private void WriteColours(GarbledLayout layout)
    {
        var colours = Material.AsSpan(layout.Colours);
        var next = 0;
        foreach (var wire in _circuit.Outputs.Concat(Enumerable.Range(_circuit.InputCount - layout.ColouredInputs, layout.ColouredInputs)))
        {
            foreach (var zero in _zeros[wire])
            {
                colours[next / 8] |= (byte)((zero.ToScalar() & 1) << (next % 8));
                next++;
            }
        }
    }

    private static Span<Vector128<ulong>> Labels(Span<byte> bytes) => MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);

    /// <summary>AES-128 in counter mode under a key derived from the seed by HKDF-SHA-256 (RFC 5869).</summary>
    private sealed class SeedStream : IDisposable
    {
        private readonly Aes _cipher = Aes.Create();
        private ulong _counter;

        private SeedStream(ReadOnlySpan<byte> key) => _cipher.SetKey(key);

        public static SeedStream Derive(ReadOnlySpan<byte> seed, int batch)
        {
            Span<byte> key = stackalloc byte[16];
            var info = Encoding.ASCII.GetBytes($"collab garbled-gate/1 batch {batch}");
            HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, key, salt: [], info);
            var stream = new SeedStream(key);
            CryptographicOperations.ZeroMemory(key);
            return stream;
        }

        /// <summary>Fills whole blocks of 16 bytes.</summary>
        public void Fill(Span<byte> destination)
        {
            var counters = new Vector128<ulong>[destination.Length / 16];
            for (var i = 0; i < counters.Length; i++) counters[i] = Vector128.Create(_counter++, 0UL);
            _cipher.EncryptEcb(MemoryMarshal.AsBytes(counters.AsSpan()), destination, PaddingMode.None);
        }

        public void Dispose() => _cipher.Dispose();
    }
}
