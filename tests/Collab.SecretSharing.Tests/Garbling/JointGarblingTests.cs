using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Garbling;

public sealed class JointGarblingTests
{
    private static readonly PartyId Evaluator = PartyId.Parse("registry");

    [Theory]
    [InlineData(2, false, 1)]
    [InlineData(2, false, 5)]
    [InlineData(3, false, 5)]
    [InlineData(2, true, 5)]
    [InlineData(4, true, 300)] // two batches
    public async Task All_outputs_reach_the_evaluator_and_the_proved_ones_the_garblers(int garblers, bool evaluatorHasInput, int instances)
    {
        var run = new Run(garblers, evaluatorHasInput, instances);
        await run.GoAsync();
        Assert.Empty(run.Failures);
        run.AssertOutputs();
        Assert.Equal(instances > 256 ? 2 : 1, run.Joint.BatchCount);
        foreach (var returned in run.Returned.Values)
            for (var i = 0; i < instances; i++) Assert.Equal(run.Outputs![i, 0], returned[i, 0]);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task Bytes_are_those_the_circuit_foretells(int garblers, bool evaluatorHasInput)
    {
        var run = new Run(garblers, evaluatorHasInput, 3);
        await run.GoAsync();
        var joint = run.Joint;
        for (var g = 0; g < garblers; g++)
        {
            var sent = run.Network.Of(run.Garblers[g])[Evaluator].Usage;
            Assert.Equal((g == 0 ? joint.GarbledSize : Digest.Size) + joint.LabelsSize(g), sent.BytesSent);
            var half = g < 2 ? (3 * joint.EvaluatorInput + 7) / 8 : 0;
            Assert.Equal(joint.ReturnedSize + half, sent.BytesReceived);
        }
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("truncate")]
    [InlineData("flip")]
    [InlineData("flip-last")]
    public async Task No_broken_message_goes_unnoticed(string fault)
    {
        var count = (await new Run(3, true, 2).GoAsync()).Network.Passed.Count;
        var lines = (await new Run(3, true, 2).GoAsync()).Network.Passed.Select(m => (m.From, m.To, m.Index, m.Type)).ToList();
        Assert.Equal(2 + 2 + 6 + 3, count); // seeds, halves, garbled and labels, proofs
        foreach (var (from, to, index, type) in lines)
        {
            var run = new Run(3, true, 2, message => (message.From, message.To, message.Index) != (from, to, index)
                ? message.Payload
                : Broken(message.Payload, fault));
            await run.GoAsync();
            Assert.NotEmpty(run.Failures);
            Assert.All(run.Failures.Values, failure => Assert.IsAssignableFrom<ProtocolException>(failure));
            if (type == nameof(LabelsMessage) && from == Evaluator)
            {
                Assert.False(run.Returned.ContainsKey(to)); // the proof was broken: this garbler accepts nothing
                run.AssertOutputs(); // the evaluator had its outputs before
            }
            else
            {
                Assert.Null(run.Outputs);
            }
        }
    }

    [Fact]
    public async Task An_evaluator_that_invents_or_moves_a_label_proves_nothing()
    {
        // All zero; the label of another instance; the right label with one bit of colour turned.
        Func<byte[], byte[]>[] cheats =
        [
            proof => new byte[proof.Length],
            proof => [.. proof[16..32], .. proof[..16]],
            proof => [(byte)(proof[0] ^ 1), .. proof[1..]],
        ];
        foreach (var cheat in cheats)
        {
            var run = new Run(2, false, 2, message =>
                message.From == Evaluator && message.Type == nameof(LabelsMessage) ? cheat(message.Payload) : message.Payload);
            await run.GoAsync();
            Assert.Empty(run.Returned);
            Assert.All(run.Garblers, garbler =>
            {
                var failure = Assert.IsType<PeerFaultException>(run.Failures[garbler]);
                Assert.Equal((Evaluator, JointGarbling.ReturnLabels), (failure.Party, failure.Step));
            });
        }
    }

    [Fact]
    public async Task Words_and_garblers_that_are_not_those_of_the_circuit_are_refused_before_anything_is_sent()
    {
        var run = new Run(2, false, 2);
        var peers = run.Network.Of(run.Garblers[0]);
        bool[][] words = [new bool[8], new bool[8]];
        await Assert.ThrowsAsync<ArgumentException>(() => JointGarbling.GarbleAsync(
            run.Joint, [null, peers[run.Garblers[1]]], peers[Evaluator], words[..1], RandomSource.Seeded(1)));
        await Assert.ThrowsAsync<ArgumentException>(() => JointGarbling.GarbleAsync(
            run.Joint, [null, null], peers[Evaluator], words, RandomSource.Seeded(1)));
        await Assert.ThrowsAsync<ArgumentException>(() => JointGarbling.EvaluateAsync(run.Joint, [peers[Evaluator]], null, null));
        Assert.Empty(run.Network.Passed);
        Assert.Throws<ArgumentException>(() => new JointCircuit(run.Joint.Circuit, [8, 7], 0, 1, 2));
        Assert.Throws<ArgumentException>(() => new JointCircuit(run.Joint.Circuit, [16], 0, 1, 2));
    }

    private static byte[]? Broken(byte[] payload, string fault)
    {
        var changed = payload.ToArray();
        switch (fault)
        {
            case "drop": return null;
            case "truncate": return payload[..^1];
            case "flip": changed[0] ^= 1; break;
            default: changed[^1] ^= 1; break;
        }

        return changed;
    }

    /// <summary>Words of 8 bits are added up; whether the sum is 100 or more is proved; the sum itself is shown only then.</summary>
    private sealed class Run
    {
        private const int Width = 8;
        private readonly bool _evaluatorHasInput;
        private readonly bool[][][] _inputs; // per party, instance: the word; the evaluator's last

        public Run(int garblers, bool evaluatorHasInput, int instances, Func<InMemoryNetwork.PassedMessage, byte[]?>? spoil = null)
        {
            _evaluatorHasInput = evaluatorHasInput;
            Garblers = [.. Enumerable.Range(0, garblers).Select(i => PartyId.Parse($"owner-{i}"))];
            Network = new InMemoryNetwork([.. Garblers, Evaluator], spoil);
            var random = RandomSource.Seeded(instances);
            _inputs = [.. Enumerable.Range(0, garblers + 1).Select(_ =>
                Enumerable.Range(0, instances).Select(_ => CircuitTests.Bits(random.NextUInt64(), Width)).ToArray())];
            Joint = new JointCircuit(
                Circuit(garblers, evaluatorHasInput), [.. Enumerable.Repeat(Width, garblers)], evaluatorHasInput ? Width : 0, 1, instances);
        }

        public PartyId[] Garblers { get; }

        public InMemoryNetwork Network { get; }

        public JointCircuit Joint { get; }

        public bool[,]? Outputs { get; private set; }

        public Dictionary<PartyId, bool[,]> Returned { get; } = [];

        public Dictionary<PartyId, Exception> Failures { get; private set; } = [];

        public async Task<Run> GoAsync()
        {
            var cancellation = TestContext.Current.CancellationToken;
            var parts = new Dictionary<PartyId, Func<Task>>
            {
                [Evaluator] = async () => Outputs = await JointGarbling.EvaluateAsync(
                    Joint, [.. Garblers.Select(g => Network.Of(Evaluator)[g])], _evaluatorHasInput ? _inputs[^1] : null,
                    RandomSource.Seeded(9), cancellation),
            };
            for (var g = 0; g < Garblers.Length; g++)
            {
                var (self, index) = (Garblers[g], g);
                parts[self] = async () =>
                {
                    IChannel?[] garblers = [.. Garblers.Select(p => p == self ? null : Network.Of(self)[p])];
                    var returned = await JointGarbling.GarbleAsync(
                        Joint, garblers, Network.Of(self)[Evaluator], _inputs[index], RandomSource.Seeded(index), cancellation);
                    lock (Returned) Returned[self] = returned;
                };
            }

            Failures = await Network.RunAsync(parts);
            return this;
        }

        public void AssertOutputs()
        {
            for (var i = 0; i < Joint.Instances; i++)
            {
                var parties = _inputs.Take(Garblers.Length + (_evaluatorHasInput ? 1 : 0));
                var sum = parties.Aggregate(0UL, (total, words) => total + CircuitTests.Number(words[i]));
                Assert.Equal(sum >= 100, Outputs![i, 0]);
                var shown = Enumerable.Range(1, Joint.Circuit.Outputs.Count - 1).Select(o => Outputs[i, o]).ToArray();
                Assert.Equal(sum >= 100 ? sum : 0, CircuitTests.Number(shown));
            }
        }

        private static BooleanCircuit Circuit(int garblers, bool evaluatorHasInput)
        {
            var builder = new CircuitBuilder();
            List<Wire[]> words = [.. Enumerable.Range(0, garblers).Select(_ => builder.Input(Width))];
            if (evaluatorHasInput)
            {
                var (masked, mask) = (builder.Input(Width), builder.Input(Width));
                words.Add(builder.Xor(masked, mask));
            }

            var sum = words.Aggregate(builder.Add);
            var enough = builder.AtLeast(sum, 100);
            return builder.Build([enough, .. builder.Mask(enough, sum)]);
        }
    }
}
