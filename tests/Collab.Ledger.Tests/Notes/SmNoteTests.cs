using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Ledger.Notes;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Ledger.Tests.Notes;

/// <summary>Notes signed with SM2: our own types, never to be taken for those of C2SP.</summary>
public sealed class SmNoteTests
{
    [Fact]
    public void A_vkey_of_either_type_reads_back_and_names_the_type_at_length()
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.Sm2, RandomSource.Seeded(1));
        foreach (var algorithm in (NoteAlgorithm[])[NoteAlgorithm.Sm2, NoteAlgorithm.Sm2Cosignature])
        {
            var verifier = new NoteVerifier("al.example/study", algorithm, key.PublicKey);
            Assert.Equal(verifier, NoteVerifier.Parse(verifier.ToString()));
            var content = Convert.FromBase64String(verifier.ToString().Split('+', 3)[2]);
            Assert.Equal(0xff, content[0]);
            Assert.Equal(algorithm == NoteAlgorithm.Sm2 ? "collab.sm2.v1" : "collab.sm2-cosignature.v1", Encoding.ASCII.GetString(content[1..^64]));
            content[1] ^= 1;
            Assert.Throws<MalformedException>(() => NoteVerifier.Parse($"al.example/study+00000000+{Convert.ToBase64String(content)}"));
        }

        Assert.Throws<ArgumentException>(() => new NoteVerifier("al.example/study", NoteAlgorithm.Ed25519, key.PublicKey));
    }

    [Fact]
    public void A_note_and_a_cosignature_verify_each_by_its_own_type_alone()
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.Sm2, RandomSource.Seeded(2));
        var (log, witness) = (NoteSigner.ForLog("al.example/study", key), NoteSigner.ForWitness("al.example/study", key, TimeProvider.System));
        var text = "al.example/study\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"u8;
        Assert.True(log.Verifier.Verify(text, log.Sign(text)));
        Assert.True(witness.Verifier.Verify(text, witness.Sign(text)));
        Assert.NotNull(witness.Verifier.CosignedAt(text, witness.Sign(text)));
        Assert.False(log.Verifier.Verify(text, witness.Sign(text)));
        Assert.False(witness.Verifier.Verify(text, log.Sign(text)));
        Assert.NotEqual(log.Verifier.KeyId, witness.Verifier.KeyId);
    }

    [Fact]
    public void Keys_of_two_suites_make_no_consortium()
    {
        using var sm = new Consortium(2, algorithm: SignatureAlgorithm.Sm2);
        using var international = new Consortium(2);
        Assert.Equal(2, sm.Policy.Parties.Count);
        var refused = Assert.Throws<CollabException>(() => FinalityPolicy.Create([sm.Member(0), international.Member(1)]));
        Assert.Equal("ledger.policy-unsafe", refused.Code.Name);
    }

    [Fact]
    public async Task A_log_is_signed_and_an_operation_too()
    {
        using var consortium = new Consortium(2, algorithm: SignatureAlgorithm.Sm2);
        var log = consortium.OpenLog(0);
        var appended = await log.AppendAsync(Consortium.Entries(0, 3));
        Assert.Equal(3, appended.Count);
        Assert.True(consortium.Policy.Parties[0].Log.HasSigned(appended.Checkpoint.Note));
    }
}
