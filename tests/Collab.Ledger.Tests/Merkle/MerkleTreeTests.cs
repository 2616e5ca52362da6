using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Ledger.Tests.Merkle;

public class MerkleTreeTests
{
    private const int Largest = 70;

    /// <summary>The eight leaves and roots of the reference trees of Certificate Transparency (google/certificate-transparency, Apache-2.0).</summary>
    private static readonly string[] Leaves =
    [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Roots_are_those_of_the_reference_trees()
    {
        var tree = new MemoryTree();
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", tree.Root.ToString());
        for (var i = 0; i < Leaves.Length; i++)
        {
            tree.Add(Convert.FromHexString(Leaves[i]));
            Assert.Equal(Roots[i], tree.Root.ToString());
        }
    }

    [Fact]
    public void Every_root_and_proof_of_every_small_tree_is_that_of_the_naive_tree_and_verifies()
    {
        var entries = NaiveTree.Entries(Largest);
        var tree = new MemoryTree();
        for (var size = 0; size <= Largest; size++)
        {
            var part = entries[..size];
            var root = new Digest(NaiveTree.Hash(part));
            Assert.Equal(root, tree.Root);
            for (var index = 0; index < size; index++)
            {
                var proof = tree.ProveInclusion(index, size);
                Assert.Equal(NaiveTree.Digests(NaiveTree.Path(index, part)), proof.Path);
                Assert.True(proof.Verify(MerkleTree.LeafHash(entries[index]), root));
            }

            for (var old = 0; old <= size; old++)
            {
                var proof = tree.ProveConsistency(old, size);
                Assert.Equal(NaiveTree.Digests(NaiveTree.Proof(old, part)), proof.Path);
                Assert.True(proof.Verify(tree.RootAt(old), root));
            }

            if (size < Largest) tree.Add(entries[size]);
        }
    }

    [Fact]
    public void Every_corrupted_inclusion_proof_is_refused()
    {
        var refused = 0;
        var tree = Tree(Largest);
        for (var size = 1; size <= 33; size++)
            for (var index = 0; index < size; index++)
            {
                var leaf = MerkleTree.LeafHash(NaiveTree.Entry(index));
                var root = tree.RootAt(size);
                foreach (var broken in Corrupted(tree.ProveInclusion(index, size)))
                {
                    Assert.False(broken.Verify(leaf, root), $"{size} {index} {broken}");
                    refused++;
                }

                Assert.False(tree.ProveInclusion(index, size).Verify(MerkleTree.LeafHash([1, 2, 3, 4]), root));
                Assert.False(tree.ProveInclusion(index, size).Verify(leaf, tree.RootAt(size + 1)));
            }

        Assert.True(refused > 10_000, $"{refused}");
    }

    [Fact]
    public void Every_corrupted_consistency_proof_is_refused()
    {
        var refused = 0;
        var tree = Tree(Largest);
        for (var size = 1; size <= 33; size++)
            for (var old = 0; old <= size; old++)
            {
                var (oldRoot, root) = (tree.RootAt(old), tree.RootAt(size));
                foreach (var broken in Corrupted(tree.ProveConsistency(old, size)))
                {
                    Assert.False(broken.Verify(oldRoot, root), $"{size} {old} {broken}");
                    refused++;
                }

                var other = MerkleTree.LeafHash([9]);
                Assert.False(tree.ProveConsistency(old, size).Verify(other, root));
                if (old > 0) Assert.False(tree.ProveConsistency(old, size).Verify(oldRoot, other)); // any tree continues the empty one
            }

        Assert.True(refused > 10_000, $"{refused}");
    }

    [Theory]
    [InlineData(-1, 1), InlineData(1, 1), InlineData(0, 0), InlineData(long.MaxValue, long.MaxValue), InlineData(0, -5), InlineData(long.MinValue, 3)]
    public void An_inclusion_proof_outside_its_tree_is_refused_without_an_exception(long index, long size) =>
        Assert.False(new InclusionProof(index, size, []).Verify(MerkleTree.EmptyRoot, MerkleTree.EmptyRoot));

    [Theory, InlineData(-1, 1), InlineData(2, 1), InlineData(long.MinValue, long.MaxValue), InlineData(long.MaxValue, 0)]
    public void A_consistency_proof_of_impossible_sizes_is_refused_without_an_exception(long old, long size) =>
        Assert.False(new ConsistencyProof(old, size, []).Verify(MerkleTree.EmptyRoot, MerkleTree.EmptyRoot));

    [Fact]
    public void Proofs_of_the_largest_sizes_end_and_are_refused()
    {
        var path = Enumerable.Repeat(MerkleTree.EmptyRoot, 63).ToList();
        Assert.False(new InclusionProof(long.MaxValue - 1, long.MaxValue, path).Verify(MerkleTree.EmptyRoot, MerkleTree.EmptyRoot));
        Assert.False(new ConsistencyProof(long.MaxValue - 1, long.MaxValue, path).Verify(MerkleTree.EmptyRoot, MerkleTree.EmptyRoot));
    }

    [Fact]
    public void Nothing_but_the_empty_tree_is_consistent_with_an_empty_tree_of_size_0()
    {
        Assert.True(new ConsistencyProof(0, 0, []).Verify(MerkleTree.EmptyRoot, MerkleTree.EmptyRoot));
        Assert.False(new ConsistencyProof(0, 0, []).Verify(MerkleTree.EmptyRoot, MerkleTree.LeafHash([1])));
        Assert.False(new ConsistencyProof(0, 5, []).Verify(MerkleTree.LeafHash([1]), MerkleTree.LeafHash([1])));
    }

    [Fact]
    public void Proofs_survive_their_encoding_and_impossible_ones_are_refused()
    {
        var tree = Tree(50);
        var writer = new CanonicalWriter();
        tree.ProveInclusion(20, 50).Encode(writer);
        tree.ProveConsistency(20, 50).Encode(writer);
        var reader = new CanonicalReader(writer.Written);
        Assert.True(InclusionProof.Decode(ref reader).Verify(MerkleTree.LeafHash(NaiveTree.Entry(20)), tree.Root));
        Assert.True(ConsistencyProof.Decode(ref reader).Verify(tree.RootAt(20), tree.Root));
        reader.End();

        var wrong = new CanonicalWriter();
        new InclusionProof(50, 50, []).Encode(wrong);
        Assert.Throws<MalformedException>(() =>
        {
            var r = new CanonicalReader(wrong.Written);
            InclusionProof.Decode(ref r);
        });
    }

    private static MemoryTree Tree(int size)
    {
        var tree = new MemoryTree();
        foreach (var entry in NaiveTree.Entries(size)) tree.Add(entry);
        return tree;
    }

    private static IEnumerable<InclusionProof> Corrupted(InclusionProof proof)
    {
        foreach (var path in Corrupted(proof.Path)) yield return proof with { Path = path };
        if (proof.TreeSize > 1)
            for (var other = 0L; other < proof.TreeSize; other++)
                if (other != proof.Index)
                    yield return proof with { Index = other };
    }

    private static IEnumerable<ConsistencyProof> Corrupted(ConsistencyProof proof)
    {
        foreach (var path in Corrupted(proof.Path)) yield return proof with { Path = path };
    }

    private static IEnumerable<List<Digest>> Corrupted(IReadOnlyList<Digest> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            var flipped = path.ToList();
            var bytes = flipped[i].ToArray();
            bytes[(7 * i) % 32] ^= 1;
            flipped[i] = new Digest(bytes);
            yield return flipped;
            yield return [.. path.Take(i), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), path[i], .. path.Skip(i)];
            if (i > 0 && path[i] != path[i - 1])
            {
                var swapped = path.ToList();
                (swapped[i], swapped[i - 1]) = (swapped[i - 1], swapped[i]);
                yield return swapped;
            }
        }

        yield return [.. path, MerkleTree.EmptyRoot];
        yield return [MerkleTree.EmptyRoot, .. path];
        if (path.Count > 0) yield return [];
    }
}
