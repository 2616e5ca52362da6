using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.ObliviousTransfer;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>What a run of <see cref="CircuitPsi"/> or <see cref="CircuitTotals"/> costs, both ways together, exactly, without the channel's own frames.</summary>
/// <param name="Bytes">Payload bytes beside those of the vector OLE and of the transfers.</param>
/// <param name="Transfers">Random correlated transfers.</param>
/// <param name="OleLength">Elements of the vector OLE.</param>
/// <param name="Flights">Messages or streams of them that wait for one another, beside those of OLE and transfers.</param>
/// <param name="MemoryBytes">The larger party's memory beside its items, in bytes; an estimate.</param>
public sealed partial record CircuitPsiCost(long Bytes, long Transfers, long OleLength, long Flights, long MemoryBytes)
{
    private const int WordBits = 64;
    private const int CountBits = 32;

    /// <summary>What the vector OLE sends.</summary>
    public TransferCost Ole => TransferCost.OfVole(OleLength, SecurityModel.SemiHonest);

    /// <summary>What <see cref="ExtendedTransfers"/> sends for the transfers, its set-up with it; 0 where nothing was said of their form.</summary>
    public long TransferBytes { get; private init; }

    /// <summary>Payload bytes of everything.</summary>
    public long TotalBytes => Bytes + Ole.Bytes + TransferBytes;

    /// <summary>Steps 1 to 6, whatever makes the transfers: the formulas of specs/psi-circuit.md, "Cost".</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    /// <param name="plan">What is opened: squares of the sender cost a second store.</param>
    public static CircuitPsiCost Of(int senderItems, int receiverItems, CircuitPlan plan) =>
        Of(senderItems, receiverItems, plan, new Operations(null));

    /// <summary>All steps of <see cref="CircuitTotals"/>, over its own transfers, when the smallest group is reached.</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="form">How transfers are made.</param>
    public static CircuitPsiCost OfTotals(int senderItems, int receiverItems, CircuitPlan plan, TransferForm form)
    {
        var operations = new Operations(form);
        var shared = Of(senderItems, receiverItems, plan, operations);
        var bins = senderItems == 0 || receiverItems == 0 ? 0 : BinLayout.Of(receiverItems).BinCount;
        operations.Select(bins, CountBits);                                             // 7
        operations.Threshold(CountBits);                                                // 8
        var selections = plan.Values switch { CircuitValues.None => 0, CircuitValues.OfSender => 2, _ => 1 };
        for (var i = 0; i < selections; i++)
        {
            operations.Select(bins, WordBits);                              // 9
            if (plan.Squares) operations.Select(bins, 2 * WordBits);
        }

        var opened = (plan.Count ? 1 : 0) + (plan.Values == CircuitValues.None ? 0 : 1) + (plan.Squares ? 1 : 0);
        operations.Send(Gf128.Size * (long)opened * (plan.Output == CircuitOutput.Both ? 2 : 1)); // 10
        return operations.AddedTo(shared);
    }

    /// <summary>Aligning two tables once and all totals of plans over them, over their own transfers, when every smallest group is reached.</summary>
    /// <param name="senderItems">Distinct items of the sender.</param>
    /// <param name="receiverItems">Distinct items of the receiver.</param>
    /// <param name="plans">What is opened, plan after plan; none for <see cref="SharedRows"/> alone.</param>
    /// <param name="form">How transfers are made.</param>
    /// <param name="sums">Sums for rounds beside, the parts of each, each entry once.</param>
    /// <remarks>Memory is that of steps 1 to 6 and of the columns of the plan that has most as shares, before and after selection; passing copies in selections are not in it, and a process was measured to take several times as much.</remarks>
    public static CircuitPsiCost OfJoined(int senderItems, int receiverItems, IReadOnlyList<JoinedPlan> plans, TransferForm form, params IReadOnlyList<IReadOnlyList<JoinedSumPlan>> sums)
    {
        var operations = new Operations(form);
        var shared = Of(senderItems, receiverItems, new CircuitPlan(), operations);     // 1
        var isEmpty = senderItems == 0 || receiverItems == 0;
        var bins = isEmpty ? 0 : BinLayout.Of(receiverItems).BinCount;
        var members = new HashSet<(int?, int?)>();
        foreach (var plan in plans)
        {
            operations.Send(2 * Digest.Size);                                           // 2
            if (!isEmpty) operations.Send(plan.OfSender.Count * StoreBytes(senderItems)); // 3
            if (plan.SubsetOfSender is { } subset && members.Add((subset, null))) operations.And(bins); // 4
            if (plan.SubsetOfReceiver is not null && members.Add((plan.SubsetOfSender, plan.SubsetOfReceiver))) operations.And(bins); // 4
            operations.Totals(plan, bins);                                              // 5 – 8
        }

        foreach (var parts in sums)
        {
            operations.Send(2 * Digest.Size);                                           // 9
            operations.Sums(parts, bins, isEmpty ? 0 : StoreBytes(senderItems));        // 10 – 16
        }

        var cost = operations.AddedTo(shared);
        var columns = plans.Select(plan => plan.OfSender.Count).Concat(sums.Select(parts => (2 * parts[0].SumCount) + parts.Max(part => part.OfSender.Count + part.OfReceiver.Count + part.Products.Count + part.WayCount))).DefaultIfEmpty().Max();
        return cost with { MemoryBytes = cost.MemoryBytes + (2L * Gf128.Size * bins * columns) };
    }

    private static long StoreBytes(int senderItems) => Gf128.Size + StoreParts.TotalBytes(OkvsParameters.Create((long)BinLayout.Choices * senderItems).Size);

    private static CircuitPsiCost Of(int senderItems, int receiverItems, CircuitPlan plan, Operations operations)
    {
        const int Announcements = 2 * CircuitAnnouncement.Size;
        if (senderItems == 0 || receiverItems == 0) return new(Announcements, 0, 0, 1, 0);
        var layout = BinLayout.Of(receiverItems);
        var ole = OkvsParameters.Create(receiverItems).Size;
        var programmed = OkvsParameters.Create((long)BinLayout.Choices * senderItems).Size;
        var stores = plan is { Values: CircuitValues.OfSender, Squares: true } ? 2 : 1;
        operations.Equality(layout.BinCount, layout.StringBits);
        var sent = Announcements + Gf128.Size + StoreParts.TotalBytes(ole) + (stores * StoreBytes(senderItems));
        var memory = CircuitMemory.Of(senderItems, receiverItems, layout, ole, programmed);
        return operations.AddedTo(new(sent, 0, ole, 3, memory));
    }

    /// <summary>Counts what the operations of specs/boolean-sharing.md send and take, call by call as they are made.</summary>
    private sealed partial class Operations(TransferForm? form)
    {
        private long _bytes, _transfers, _transferBytes, _flights;
        private bool _isBackSetUp, _isSetUp;

        public void Send(long bytes) => (_bytes, _flights) = (_bytes + bytes, _flights + 1);

        public void Equality(int count, int bits)
        {
            for (; bits > EqualityTest.TableBits; bits = EqualityTest.DistanceBits(bits))
            {
                foreach (var strings in Pieces(count, EqualityTest.StringsAtATime(bits)))
                {
                    var size = strings * bits;
                    Take(size);
                    Send(Bytes(size));
                    Send(Bytes(size * EqualityTest.DistanceBits(bits)));
                }
            }

            foreach (var strings in Pieces(count, EqualityTest.StringsAtATime(bits)))
            {
                var words = (strings + 63) / 64;
                Take(64 * words * bits);
                Send(sizeof(ulong) * words * bits);
                Send(sizeof(ulong) * words * ((1 << bits) - 1));
            }
        }

        public void Select(int count, int wordBits)
        {
            foreach (var size in Pieces(count, BooleanEngine.TransfersAtATime))
            {
                Take(size);
                Send(Bytes(size));
                Send(size * wordBits / 8);
            }
        }

        public void Threshold(int wordBits, int counts = 1, bool opens = true)
        {
            var width = wordBits - 1;
            And(width * counts);
            for (; width > 1; width = (width + 1) / 2) And(2 * (width / 2) * counts);
            if (opens) Send(2);                                                         // the bit, opened both ways
        }

        public void And(int count)
        {
            foreach (var size in Pieces(count, BooleanEngine.TransfersAtATime))
            {
                Take(size);
                Take(size, back: true);
                Send(2 * 2 * sizeof(ulong) * ((size + 63) / 64));
            }
        }

        /// <summary>Steps 5 to 8 of specs/analysis-joined.md.</summary>
        public void Totals(JoinedPlan plan, int bins)
        {
            var selected = new HashSet<int>();
            var numbered = Enumerable.Range(0, plan.Terms.Count).Where(t => plan.IsCounted(t) || plan.Terms[t].Gate is not null).ToList();
            foreach (var term in numbered.Select(t => plan.Terms[t]))                   // 5, 7
            {
                var width = plan.WordBits(term);
                if (term.OfSender is { } column && selected.Add(column))
                {
                    Select(bins, plan.WordBitsOfSender(column));
                    Select(bins, plan.WordBitsOfSender(column));
                }

                var selections = term switch { { OfReceiver: null } => term.OfSender is null ? 1 : 0, { OfSender: null } => 1, _ => plan.OfReceiver[term.OfReceiver.Value].Bits };
                for (var i = 0; i < selections; i++) Select(bins, width);
            }

            int[] sizes = [.. plan.Gates.Select(gate => gate.Count)];
            Threshold(CountBits, sizes.Sum(), opens: false);                            // 6
            for (; sizes.Any(size => size > 1); sizes = [.. sizes.Select(size => (size + 1) / 2)]) And(sizes.Sum(size => size / 2));
            Send(2 * Bytes(sizes.Length));                                              // 6
            foreach (var width in numbered.Where(t => plan.Terms[t].Gate is not null).GroupBy(t => plan.WordBits(plan.Terms[t]))) Send(Gf128.Size * (long)width.Count()); // 8
        }

        /// <summary>Steps 10 to 16 of specs/analysis-joined.md, of rows whose members are known.</summary>
        public void Sums(IReadOnlyList<JoinedSumPlan> parts, int bins, long storeBytes)
        {
            foreach (var part in parts)
            {
                Send(part.OfSender.Count * storeBytes);                                 // 10
                Products(bins, [.. part.ByReceiver().Select(column => new ProductShape(part.OfReceiver[column.OfReceiver].Bits, column.Products.Length))]); // 11
            }

            var (ways, sums, ofSender) = (parts[0].WayCount, parts[0].SumCount, parts[0].WaysOf == BooleanParty.First);
            if (ofSender && ways > 0) Send(ways * storeBytes);                          // 12
            for (var i = 0; i <= ways; i++)                                             // 13, 14
            {
                Products(bins, [new(1, sums)]);
                if (i == 0 || ofSender) Products(bins, [new(1, sums)], back: true);
            }

            Products(bins, [.. parts[0].ByReceiverAfter().Where(group => group.Column >= 0).Select(group => new ProductShape(parts[0].OfReceiverAfter[group.Column].Bits, group.Products.Length))]); // 15
            Send(Gf128.Size * (long)parts[0].OpenedCount);                              // 16
        }

        private void Products(int count, IReadOnlyList<ProductShape> shapes, bool back = false)
        {
            ProductShape[] wide = [.. shapes.Where(shape => shape.Bits > 0)];
            if (wide.Length == 0) return;
            foreach (var (_, size) in ObliviousProducts.Pieces(count, wide))
            {
                var transfers = (long)size * wide.Sum(shape => shape.Bits);
                Take(transfers, back);
                Send(Bytes(transfers));
                Send(size * wide.Sum(shape => (long)shape.Words * ObliviousProducts.CorrectionSize(shape.Bits)));
            }
        }

        public CircuitPsiCost AddedTo(CircuitPsiCost cost)
        {
            var sum = cost with
            {
                Bytes = cost.Bytes + _bytes, Transfers = cost.Transfers + _transfers, Flights = cost.Flights + _flights, TransferBytes = cost.TransferBytes + _transferBytes,
            };
            (_bytes, _transfers, _transferBytes, _flights) = (0, 0, 0, 0);
            return sum;
        }

        /// <summary>A call of so many transfers; the first one back sets up that direction.</summary>
        private void Take(long count, bool back = false)
        {
            _transfers += count;
            if (form is not { } made) return;
            if (!(back ? _isBackSetUp : _isSetUp)) _transferBytes += ExtendedTransfers.SetUpCost.Bytes;
            (_isSetUp, _isBackSetUp) = (_isSetUp || !back, _isBackSetUp || back);
            _transferBytes += ExtendedTransfers.CostOf(made, count).Bytes;
        }

        private static IEnumerable<long> Pieces(int count, int largest)
        {
            for (var start = 0; start < count; start += largest) yield return Math.Min(largest, count - start);
        }

        private static long Bytes(long bits) => (bits + 7) / 8;
    }
}
