using Collab.Arithmetic.BinaryField;
using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.Psi.Unbalanced;

public sealed partial class SenderDatabase
{
    /// <summary>Makes the next version; returns how many cells were computed.</summary>
    private long Apply(TableChanges changes, RandomSource random, int parallelism, out bool isWhole)
    {
        isWhole = false;
        if (_current is null) return BuildAll(0, random, parallelism, out isWhole);
        if (changes.Removed.Count + changes.Added.Count + changes.Relabelled.Count == 0) return 0;

        // 1  Who goes where. A record that finds no place makes a new salt necessary.
        var cells = new HashSet<int>[Parameters.Tables * Parameters.Bundles];
        for (var i = 0; i < cells.Length; i++) cells[i] = [];
        var function = new ItemFunction(Parameters, _current.Salt);
        ResizeNumbers();
        var fits = Move(function, [.. changes.Removed.Select(r => r.Number)], [.. changes.Removed.Select(r => r.Seed)], (bin, number, _) => _table.Remove(bin, number), cells)
            && Move(function, changes.Added, SeedsOf(changes.Added), _table.Add, cells)
            && Move(function, changes.Relabelled, SeedsOf(changes.Relabelled), (bin, number, _) => _table.BundleOf(bin, number), cells);
        var changed = cells.Sum(set => (long)set.Count);
        if (!fits || changed > WholeShare * Parameters.Bins * Parameters.Bundles)
        {
            return BuildAll(fits ? _current.Salt : _current.Salt + 1, random, parallelism, out isWhole);
        }

        // 2  The polynomials there.
        FillNumbers(function, [.. changes.Added, .. changes.Relabelled]);
        var builder = new BundleBuilder(Parameters, _encoder, _table, _numbers);
        var bundles = _current.Bundles.ToArray();
        var seeds = Seeds(random, bundles.Length);
        Parallel.For(0, bundles.Length, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, i =>
        {
            if (cells[i].Count == 0) return;
            int[] bins = [.. cells[i]];
            Array.Sort(bins);
            bundles[i] = builder.Rebuild(i, bundles[i], bins, seeds[i]);
        });
        Publish(_current.Salt, bundles);
        return changed;
    }

    private bool Move(ItemFunction function, IReadOnlyList<int> numbers, Gf128[] seeds, Func<int, int, uint, int> move, HashSet<int>[] cells)
    {
        var (points, tags) = (new uint[seeds.Length], new uint[seeds.Length * Parameters.Values]);
        var bins = function.Bins(seeds);
        function.Numbers(seeds, points, tags, Parameters.Values);
        for (var i = 0; i < seeds.Length; i++)
        {
            for (var j = 0; j < Parameters.Choices; j++)
            {
                var bin = bins[(j * seeds.Length) + i];
                var bundle = move(bin, numbers[i], points[i]);
                if (bundle < 0) return false;
                cells[(bin / Parameters.Encryption.RingDegree * Parameters.Bundles) + bundle].Add(bin % Parameters.Encryption.RingDegree);
            }
        }

        return true;
    }

    private long BuildAll(uint firstSalt, RandomSource random, int parallelism, out bool isWhole)
    {
        isWhole = true;
        ResizeNumbers();
        var numbers = _records.Numbers;
        var seeds = SeedsOf(numbers);
        for (var salt = firstSalt; salt < firstSalt + UnbalancedParameters.Salts; salt++)
        {
            var function = new ItemFunction(Parameters, salt);
            var (points, tags) = (new uint[numbers.Length], new uint[numbers.Length * Parameters.Values]);
            function.Numbers(seeds, points, tags, Parameters.Values);
            if (BinTable.Place(Parameters, numbers, function.Bins(seeds), points, random, parallelism) is not { } table) continue;
            _table = table;
            FillNumbers(function, numbers);
            var builder = new BundleBuilder(Parameters, _encoder, table, _numbers);
            var bundles = new PlaintextMatrix[Parameters.Tables * Parameters.Bundles];
            var strangers = Seeds(random, bundles.Length);
            Parallel.For(0, bundles.Length, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, i => bundles[i] = builder.Build(i, strangers[i]));
            Array.Clear(seeds);
            Publish(salt, bundles);
            return (long)Parameters.Bins * Parameters.Bundles;
        }

        throw new InvalidOperationException("No salt gave a placement, which has chance below 2^-64.");
    }

    private void Publish(uint salt, PlaintextMatrix[] bundles) =>
        Volatile.Write(ref _current, new DatabaseSnapshot(Parameters, salt, _revision, _records.Count, bundles));

    private void ResizeNumbers()
    {
        var size = checked(_records.Capacity * Parameters.Values);
        if (_numbers.Length < size) Array.Resize(ref _numbers, size);
    }

    private Gf128[] SeedsOf(IReadOnlyList<int> numbers)
    {
        var seeds = new Gf128[numbers.Count];
        for (var i = 0; i < seeds.Length; i++) seeds[i] = _records.Seed(numbers[i]);
        return seeds;
    }

    private static Gf128[] Seeds(RandomSource random, int count)
    {
        var seeds = new Gf128[count];
        for (var i = 0; i < count; i++) seeds[i] = Gf128.Read(random.Bytes(Gf128.Size));
        return seeds;
    }
}
