using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Ledger.Notes;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Ledger.Tests.Notes;

public class NoteTests
{
    /// <summary>The example of the documentation of golang.org/x/mod/sumdb/note (BSD-3-Clause).</summary>
    private const string PeterNeumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    private const string GoExample =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    /// <summary>The example of c2sp.org/tlog-cosignature (CC BY 4.0); its keys are not published, so its form alone is checked.</summary>
    private const string C2spExample =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" +
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    [Fact]
    public void A_note_signed_by_another_implementation_verifies()
    {
        var verifier = NoteVerifier.Parse(PeterNeumann);
        Assert.Equal(PeterNeumann, verifier.ToString());
        Assert.True(verifier.HasSigned(SignedNote.Parse(Bytes(GoExample))));
        Assert.False(verifier.HasSigned(SignedNote.Parse(Bytes(GoExample.Replace("answer", "Answer")))));
    }

    [Fact]
    public void The_example_of_the_specification_reads_and_writes_byte_for_byte()
    {
        var checkpoint = SignedCheckpoint.Parse(Bytes(C2spExample));
        Assert.Equal(("example.com/behind-the-sofa", 20_852_163L), (checkpoint.Origin, checkpoint.Size));
        Assert.Equal(Bytes(C2spExample), checkpoint.ToBytes());
        Assert.Equal(1_679_315_147, (long)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(checkpoint.Note.Signatures[1].Bytes.Span));
    }

    [Fact]
    public void The_cosigned_message_is_that_of_the_specification() => Assert.Equal(
        "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        Encoding.UTF8.GetString(NoteVerifier.CosignedMessage(1_679_315_147, Bytes(C2spExample.Split("\n\n")[0] + "\n"))));

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n— name AAAAAAA=\n")] // no empty line
    [InlineData("text\n\n— name AAAAAAA=")] // no newline at the end
    [InlineData("text\n\n- name AAAAAAA=\n")] // not an em dash
    [InlineData("text\n\n—  name AAAAAAA=\n")] // two spaces
    [InlineData("text\n\n— na+me AAAAAAA=\n")]
    [InlineData("text\n\n— na\u00a0me AAAAAAA=\n")] // a Unicode space
    [InlineData("text\n\n— name AAAAAAA\n")] // no padding
    [InlineData("text\n\n— name AAAAAAB=\n")] // stray bits
    [InlineData("text\n\n— name AAAA AAA=\n")]
    [InlineData("text\n\n— name AAAA\n")] // 3 bytes
    [InlineData("text\n\n— name AAAAAA==\n")] // an identifier and no signature
    [InlineData("te\u0000xt\n\n— name AAAAAAA=\n")]
    [InlineData("te\txt\n\n— name AAAAAAA=\n")]
    [InlineData("text\r\n\n— name AAAAAAA=\n")]
    [InlineData("text\n\n— name AAAAAAA=\nmore\n")]
    public void A_malformed_note_is_refused(string note) => Assert.Throws<MalformedException>(() => SignedNote.Parse(Bytes(note)));

    [Fact]
    public void Invalid_utf8_too_many_signatures_and_too_long_notes_are_refused()
    {
        Assert.Throws<MalformedException>(() => SignedNote.Parse([0xc3, 0x28, .. "\n\n— name AAAAAAA=\n"u8]));
        var lines = string.Concat(Enumerable.Range(0, 64).Select(i => $"— name{i} AAAAAAA=\n"));
        Assert.Equal(64, SignedNote.Parse(Bytes($"text\n\n{lines}")).Signatures.Count);
        Assert.Throws<MalformedException>(() => SignedNote.Parse(Bytes($"text\n\n{lines}— more AAAAAAA=\n")));
        Assert.Throws<MalformedException>(() => SignedNote.Parse(Bytes(new string('x', SignedNote.LargestSize) + "\n\n— name AAAAAAA=\n")));
    }

    [Fact]
    public void A_text_may_hold_empty_lines()
    {
        var note = SignedNote.Parse(Bytes("a\n\nb\n\n— name AAAAAAA=\n"));
        Assert.Equal("a\n\nb\n", note.Text);
    }

    [Theory]
    [InlineData("origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nextension\n")]
    [InlineData("origin\n05\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("origin\n+5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("origin\n-5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("origin\n 5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("origin\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2=\n")]
    [InlineData("origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n")]
    [InlineData("\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("cosignature/v1\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("origin\n5\n")]
    public void A_malformed_checkpoint_is_refused(string text) => Assert.Throws<MalformedException>(() => Checkpoint.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")] // identifier
    [InlineData("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")] // upper case
    [InlineData("PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")] // name
    [InlineData("PeterNeumann+c74f20a3+BRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")] // algorithm
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3")]
    public void A_malformed_vkey_is_refused(string vkey) => Assert.Throws<MalformedException>(() => NoteVerifier.Parse(vkey));

    [Fact]
    public void A_signature_that_claims_to_be_of_a_known_key_and_is_not_spoils_the_note()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(1));
        var signer = NoteSigner.ForLog("a.example/log", key);
        var note = SignedNote.Sign("text\n", signer);
        Assert.True(signer.Verifier.HasSigned(note));
        var forged = note.Signatures[0].Bytes.ToArray();
        forged[5] ^= 1;
        var twice = SignedNote.Parse(Bytes(note.ToString() + $"{note.Signatures[0] with { Bytes = forged }}\n"));
        Assert.False(signer.Verifier.HasSigned(twice));
        Assert.True(signer.Verifier.HasSigned(note.With(new NoteSignature("stranger", 1, new byte[64])))); // unknown keys are ignored
    }

    [Fact]
    public void A_log_signature_is_no_cosignature_and_a_cosignature_no_log_signature()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(2));
        var (log, witness) = (NoteSigner.ForLog("a", key), NoteSigner.ForWitness("a", key, new FixedClock()));
        Assert.NotEqual(log.Verifier.KeyId, witness.Verifier.KeyId);
        var text = "origin\n0\nroot\n"u8.ToArray();
        Assert.False(witness.Verifier.Verify(text, log.Sign(text) with { KeyId = witness.Verifier.KeyId }));
        Assert.False(log.Verifier.Verify(text, witness.Sign(text) with { KeyId = log.Verifier.KeyId }));
    }

    [Fact]
    public void A_cosignature_tells_its_time_and_its_time_is_signed()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(3));
        var clock = new FixedClock();
        var witness = NoteSigner.ForWitness("w", key, clock);
        var text = "o\n1\nr\n"u8.ToArray();
        var signature = witness.Sign(text);
        Assert.Equal(clock.Now, witness.Verifier.CosignedAt(text, signature));
        for (var i = 0; i < 8; i++)
        {
            var moved = signature.Bytes.ToArray();
            moved[i] ^= 0x80; // the first of them makes the time larger than 2^63 − 1
            Assert.Null(witness.Verifier.CosignedAt(text, signature with { Bytes = moved }));
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
