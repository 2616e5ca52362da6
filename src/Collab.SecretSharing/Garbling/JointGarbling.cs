using System.Collections;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Garbling;

/// <summary>
/// n garblers with one common seed and one evaluator compute a circuit in one pass, after Mohassel, Rosulek and Zhang
/// (CCS 2015, eprint 2015/931): the evaluator alone learns the outputs, and can prove chosen ones to the garblers.
/// </summary>
/// <remarks>
/// Private while the evaluator and a garbler do not collude; the evaluator may deviate, and so may garblers while one of them is
/// honest. The evaluator's own input, if it has one, is private while garblers 0 and 1 do not collude. Numbered as in
/// specs/garbled-gate.md.
/// </remarks>
public static class JointGarbling
{
    /// <summary>Garbler 0 sends the other garblers the common seed.</summary>
    public static readonly StepId ShareSeed = new("garbled-gate.1");

    /// <summary>An evaluator with an input sends it in two halves to garblers 0 and 1.</summary>
    public static readonly StepId SplitInput = new("garbled-gate.2");

    /// <summary>Garbler 0 sends the garbled circuits, the others digests of theirs.</summary>
    public static readonly StepId SendGarbled = new("garbled-gate.3");

    /// <summary>Each garbler sends the labels of its inputs.</summary>
    public static readonly StepId SendLabels = new("garbled-gate.4");

    /// <summary>The evaluator returns the labels of the outputs it has to prove.</summary>
    public static readonly StepId ReturnLabels = new("garbled-gate.5");

    /// <summary>A garbler's part.</summary>
    /// <param name="joint">The circuit and who owns what of it.</param>
    /// <param name="garblers">All garblers in the common order, null in this garbler's place.</param>
    /// <param name="evaluator">The channel to the evaluator.</param>
    /// <param name="inputs">This garbler's word of each instance: shape [instances], each of its own width.</param>
    /// <param name="random">Where garbler 0 takes the seed from; unused by the others.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The outputs the evaluator proved: shape [instances, returned outputs].</returns>
    /// <exception cref="ArgumentException">Garblers or inputs are not those of the circuit.</exception>
    /// <exception cref="PeerFaultException">
    /// A peer broke a step; a returned label that is neither of the output's two is such a break.
    /// </exception>
    public static async Task<bool[,]> GarbleAsync(
        JointCircuit joint, IReadOnlyList<IChannel?> garblers, IChannel evaluator, IReadOnlyList<bool[]> inputs, RandomSource random,
        CancellationToken cancellation = default)
    {
        var self = garblers.ToList().IndexOf(null);
        if (garblers.Count != joint.GarblerInputs.Count || garblers.Count(g => g is null) != 1)
            throw new ArgumentException("One place for each garbler, this one's empty.", nameof(garblers));
        ThrowUnlessWords(joint, inputs, joint.GarblerInputs[self]);
        using var seed = self == 0
            ? await SendSeedAsync(garblers, random, cancellation) // 1 →
            : (await garblers[0]!.ReceiveAsync<SeedMessage>(ShareSeed, cancellation)).Seed; // 1 ←
        var half = self < 2 && joint.EvaluatorInput > 0 ? await ReceiveHalfAsync(joint, evaluator, cancellation) : null; // 2 ←

        using var zeros = new LabelTable(joint.ReturnedOutputs, joint.Instances); // the two labels a proof may show
        using var ones = new LabelTable(joint.ReturnedOutputs, joint.Instances);
        foreach (var (number, first, length) in joint.Batches())
        {
            using var garbling = Garbling.Create(joint.Layout(length), seed, number);
            await (self == 0
                ? evaluator.SendAsync(new GarbledMessage(garbling.Material), cancellation) // 3 →
                : evaluator.SendAsync(new GarbledDigestMessage(GarbledDigestMessage.Of(garbling.Material)), cancellation)); // 3 →
            await evaluator.SendAsync(OwnLabels(joint, garbling, self, first, length, inputs, half), cancellation); // 4 →
            KeepReturnedLabels(joint, garbling, first, length, zeros, ones);
        }

        if (joint.ReturnedOutputs == 0) return new bool[joint.Instances, 0];
        var proof = await evaluator.ReceiveAsync<LabelsMessage>(ReturnLabels, cancellation); // 5 ←
        return CheckReturned(joint, zeros, ones, proof, evaluator.Peer);
    }

    /// <summary>The evaluator's part.</summary>
    /// <param name="joint">The circuit and who owns what of it.</param>
    /// <param name="garblers">One channel to each garbler, in the common order.</param>
    /// <param name="inputs">The evaluator's word of each instance, when it has one.</param>
    /// <param name="random">Where the mask of the evaluator's own input comes from; null when it has none.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>All outputs: shape [instances, outputs].</returns>
    /// <exception cref="ArgumentException">Garblers or inputs are not those of the circuit.</exception>
    /// <exception cref="PeerFaultException">
    /// A digest that is not that of the garbled circuit, a label that was not committed to, or a wrong length.
    /// </exception>
    public static async Task<bool[,]> EvaluateAsync(
        JointCircuit joint, IReadOnlyList<IChannel> garblers, IReadOnlyList<bool[]>? inputs, RandomSource? random,
        CancellationToken cancellation = default)
    {
        if (garblers.Count != joint.GarblerInputs.Count) throw new ArgumentException("One channel for each garbler.", nameof(garblers));
        if (joint.EvaluatorInput > 0)
        {
            ArgumentNullException.ThrowIfNull(inputs);
            ArgumentNullException.ThrowIfNull(random);
            ThrowUnlessWords(joint, inputs, joint.EvaluatorInput);
        }

        var halves = joint.EvaluatorInput > 0 ? await SendHalvesAsync(joint, garblers, inputs!, random!, cancellation) : null; // 2 →

        var outputs = new bool[joint.Instances, joint.Circuit.Outputs.Count];
        var proof = new byte[joint.ReturnedSize];
        foreach (var (_, first, length) in joint.Batches())
        {
            var material = await ReceiveGarbledAsync(joint.Layout(length), garblers, cancellation); // 3 ←
            using var evaluation = new Evaluation(joint.Layout(length), material);
            for (var g = 0; g < garblers.Count; g++)
            {
                var labels = await garblers[g].ReceiveAsync<LabelsMessage>(SendLabels, cancellation); // 4 ←
                TakeLabels(joint, evaluation, garblers[g].Peer, g, labels.Labels, length);
                if (halves is not null && g < 2) CheckOwnInput(joint, evaluation, garblers[g].Peer, g, halves[g], first, length);
            }

            evaluation.Run();
            for (var output = 0; output < joint.Circuit.Outputs.Count; output++)
                for (var i = 0; i < length; i++) outputs[first + i, output] = evaluation.Output(output, i);
            for (var output = 0; output < joint.ReturnedOutputs; output++)
                evaluation.OutputLabels(output).CopyTo(proof.AsSpan(Offset(joint, output, first)));
        }

        if (joint.ReturnedOutputs > 0)
        {
            await Round.AllAsync(
                garblers.Select(garbler => (Func<CancellationToken, Task>)(token =>
                    garbler.SendAsync(new LabelsMessage(proof), token).AsTask())), // 5 →
                cancellation);
        }

        return outputs;
    }

    private static void ThrowUnlessWords(JointCircuit joint, IReadOnlyList<bool[]> inputs, int width)
    {
        if (inputs.Count != joint.Instances || inputs.Any(word => word.Length != width))
            throw new ArgumentException($"One word of {width} bits for each instance.", nameof(inputs));
    }

    private static async Task<SecretBytes> SendSeedAsync(
        IReadOnlyList<IChannel?> garblers, RandomSource random, CancellationToken cancellation)
    {
        var seed = SecretBytes.Random(SeedMessage.Size, random);
        await Round.AllAsync(
            garblers.OfType<IChannel>().Select(garbler => (Func<CancellationToken, Task>)(token =>
                garbler.SendAsync(new SeedMessage(seed), token).AsTask())),
            cancellation);
        return seed;
    }

    private static async Task<BitArray> ReceiveHalfAsync(JointCircuit joint, IChannel evaluator, CancellationToken cancellation)
    {
        var message = await evaluator.ReceiveAsync<BitsMessage>(SplitInput, cancellation);
        PeerFaultException.ThrowUnless(
            message.Bits.Length == HalfSize(joint) && (message.Bits[^1] & ~LastByteMask(joint)) == 0, evaluator.Peer, SplitInput,
            "a bit for each input of the evaluator, the rest of the last byte 0");
        return new BitArray(message.Bits);
    }

    private static async Task<BitArray[]> SendHalvesAsync(
        JointCircuit joint, IReadOnlyList<IChannel> garblers, IReadOnlyList<bool[]> inputs, RandomSource random,
        CancellationToken cancellation)
    {
        var mask = random.Bytes(HalfSize(joint));
        mask[^1] &= (byte)LastByteMask(joint);
        var masked = mask.ToArray();
        for (var i = 0; i < joint.Instances; i++)
            for (var bit = 0; bit < joint.EvaluatorInput; bit++)
                masked[HalfBit(joint, i, bit) / 8] ^= (byte)((inputs[i][bit] ? 1 : 0) << (HalfBit(joint, i, bit) % 8));
        await Round.AllAsync(
            [
                token => garblers[0].SendAsync(new BitsMessage(masked), token).AsTask(),
                token => garblers[1].SendAsync(new BitsMessage(mask), token).AsTask(),
            ],
            cancellation);
        return [new BitArray(masked), new BitArray(mask)];
    }

    private static LabelsMessage OwnLabels(
        JointCircuit joint, Garbling garbling, int self, int first, int length, IReadOnlyList<bool[]> inputs, BitArray? half)
    {
        var labels = new Vector128<ulong>[joint.InputWires(self).Count() * length];
        var next = 0;
        var position = 0; // in this garbler's own word, then in the half of the evaluator's
        foreach (var wire in joint.InputWires(self))
        {
            for (var i = 0; i < length; i++)
            {
                var bit = position < joint.GarblerInputs[self]
                    ? inputs[first + i][position]
                    : half![HalfBit(joint, first + i, position - joint.GarblerInputs[self])];
                labels[next++] = garbling.Label(wire, i, bit);
            }

            position++;
        }

        return new LabelsMessage(MemoryMarshal.AsBytes(labels.AsSpan()).ToArray());
    }

    private static void KeepReturnedLabels(JointCircuit joint, Garbling garbling, int first, int length, LabelTable zeros, LabelTable ones)
    {
        for (var output = 0; output < joint.ReturnedOutputs; output++)
        {
            for (var i = 0; i < length; i++)
            {
                zeros[output][first + i] = garbling.Label(joint.Circuit.Outputs[output], i, false);
                ones[output][first + i] = garbling.Label(joint.Circuit.Outputs[output], i, true);
            }
        }
    }

    // A label that is not exactly one of the two was never on that wire: nobody without the seed can make one (authenticity).
    private static bool[,] CheckReturned(JointCircuit joint, LabelTable zeros, LabelTable ones, LabelsMessage proof, PartyId evaluator)
    {
        PeerFaultException.ThrowUnless(
            proof.Labels.Length == joint.ReturnedSize, evaluator, ReturnLabels, "one label for each output to be proved");
        var returned = new bool[joint.Instances, joint.ReturnedOutputs];
        for (var output = 0; output < joint.ReturnedOutputs; output++)
        {
            for (var i = 0; i < joint.Instances; i++)
            {
                var place = Offset(joint, output, i)..(Offset(joint, output, i) + LabelTable.LabelSize);
                var isZero = ConstantTime.Equal(proof.Labels.AsSpan(place), zeros.Bytes[place]);
                returned[i, output] = ConstantTime.Equal(proof.Labels.AsSpan(place), ones.Bytes[place]);
                PeerFaultException.ThrowUnless(
                    isZero | returned[i, output], evaluator, ReturnLabels, "a label that the garbled circuit yields");
            }
        }

        return returned;
    }

    private static async Task<byte[]> ReceiveGarbledAsync(
        GarbledLayout layout, IReadOnlyList<IChannel> garblers, CancellationToken cancellation)
    {
        var garbled = await garblers[0].ReceiveAsync<GarbledMessage>(SendGarbled, cancellation);
        PeerFaultException.ThrowUnless(
            garbled.Material.Length == layout.Size, garblers[0].Peer, SendGarbled, "a garbled circuit of the size of the plan");
        var digest = GarbledDigestMessage.Of(garbled.Material);
        foreach (var garbler in garblers.Skip(1))
        {
            var other = await garbler.ReceiveAsync<GarbledDigestMessage>(SendGarbled, cancellation);
            PeerFaultException.ThrowUnless(
                other.Digest == digest, garbler.Peer, SendGarbled, $"the digest of the garbled circuit that {garblers[0].Peer.Name} sent");
        }

        return garbled.Material;
    }

    private static void TakeLabels(JointCircuit joint, Evaluation evaluation, PartyId garbler, int index, byte[] labels, int length)
    {
        var size = length * LabelTable.LabelSize;
        var wires = joint.InputWires(index).ToList();
        PeerFaultException.ThrowUnless(labels.Length == wires.Count * size, garbler, SendLabels, "one label for each of its inputs");
        for (var w = 0; w < wires.Count; w++)
        {
            PeerFaultException.ThrowUnless(
                evaluation.TryTakeInput(wires[w], labels.AsSpan(w * size, size)), garbler, SendLabels, "labels it committed to");
        }
    }

    private static void CheckOwnInput(
        JointCircuit joint, Evaluation evaluation, PartyId garbler, int index, BitArray half, int first, int length)
    {
        var bit = 0;
        foreach (var wire in joint.EvaluatorWires(index))
        {
            for (var i = 0; i < length; i++)
            {
                PeerFaultException.ThrowUnless(
                    evaluation.OwnInput(wire, i) == half[HalfBit(joint, first + i, bit)], garbler, SendLabels,
                    "the labels of the half it was given");
            }

            bit++;
        }
    }

    // Returned labels stand output by output, in each instance by instance.
    private static int Offset(JointCircuit joint, int output, int instance) =>
        checked(LabelTable.LabelSize * ((output * joint.Instances) + instance));

    private static int HalfSize(JointCircuit joint) => checked(((joint.Instances * joint.EvaluatorInput) + 7) / 8);

    private static int LastByteMask(JointCircuit joint) => 0xFF >> ((8 * HalfSize(joint)) - (joint.Instances * joint.EvaluatorInput));

    private static int HalfBit(JointCircuit joint, int instance, int bit) => (instance * joint.EvaluatorInput) + bit;
}
