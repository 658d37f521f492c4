//! Keys made for these tests; nothing else knows them.

/// The private key, in PEM, and the public one as verifiers take it.
pub const RSA: (&str, &str) = (
    "-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDBBt3OpVcsia6b
Lb9YCr9IuOqtikjZKyQSXUaInE86MKmCH1WEuQoZKqIXFZeoaEcso5biEbt35tLX
cUOvu22j4so+eInI6V3SCnhKm9ITXHUDxydVNo4j+YBRDoWdarG0G/OTH1ObcAHf
q07RfO5CfDfoMGQORR5dorsWG4IxWOUEmSKdXbexWYDgtq3K42F0ZcNQUhplMU1F
eaSDgf0FpnPhUB5z8lP25kjl8nrGMvtTq/UDflG0S5Gw+CrZvWvib4iYk9TrMFUb
1V2Mmvvsdmw9Itx8vK5mtScyPF2SWvKkc5I1lFyS0GYEuX4uJvWC5+IDur9snI5c
tkKI3HsnAgMBAAECggEAOiw+lrOftQ19cMj1vKvogBsypsBhOgnVYi94PV2WRvw5
abzVwh0eHP2LQhfA0AE1Sg+3PkSH0hfffQxmkMSUw2pq9y7On50tKEr9e8bAJhOc
NFpF0VmStubPtB4DSLDKA3TVEIbFZLf56JWxOFNFXwYetzw2O1K7Vw7fAUejEgmo
OHvphjQR6A8LtPZeEvO3llIjAnWmRnm0b17E638HnkPoCigtSgaTuVBMLZGTWQYb
X6yRTr1Q4y/kRRD28KK20KsRmjmjZBKZdeXurnSvViRnhR2fg03bB8IZpiLMt7Y0
ohwgDAuRFvKXb8OF1TXEK5r4fe1iJjYKkmD6wAZAeQKBgQD90R6xtVm/sP2wVd1D
CjMbNeO6Ev2+PYSSIj5HiFGX0QrUcR8Y7uokOCYhwA+Bn9HWnHy05IXYby577GJR
GyHk28P/9eJNAhkuXZOwZH+dpvL18awtKdLKnGJLdOMReBVY8fcicA75wubpz22s
jkheHLLyT3JnGQBm/CBa+4rqywKBgQDCr+SK7mXTXvOLHwXPKQfBs2JarltqFjqe
ykZ+Roi9ERmT0vROAo02WAgOZL1O/43k1PHTqADJaqO/a3kQM1DxH3Qlc4lyRM4i
DsR5mrGROZRXmHPJTKYFDeBqyoz2k66YkMODxMzabQv/D8K0rBjmUPLEbXNI+P6c
dwBoCbwZlQKBgQCZDGYzxiTOIA15LO10pUvX1pDw/M6gzjuIWrmvLJX2s4iSPXwA
7t+k426q30L6aMKBZG8WLM5Aiho/g3Rtb6zqcVIon73Lrb49ZRPPQ2poR+ktQIMP
4K5Imi/zTBI30G8e6RiaXXPKSyouRnPdnxYoGaoVzq4vWLYTY2inNBK6LQKBgCnb
/cytY3FmCgFQo0Qec09/jVcoA/m0W9hGb4+5BK96HMC+685WGBymIt1NZbK1mcGo
03IJvlmQNzLyHa6RCgc+Fw/yXowWJSgHetEWpLUv5yhKXCLc+xk9GZJ8iIB/0lt1
TMRpLQ6NwbWOovOLyTLEFt6LFe2Ls9rab1jvNuVdAoGAT4DCmnFAVGX0h1J9Yj5c
5JNBjKpprZlLJ0iN+q51fhYMJ/7giPKEs20E3gCbi8Nh+0qkAHjMoq1Ibtof69ol
8iG9i82PfH0a4heUQ3tBx1nlOcsOYAbPDoibNm7sSeE3+cAKyl7OzG+bYr2pOGSf
2mENRZvx0WwRsdZuSpoPZew=
-----END PRIVATE KEY-----
",
    "MIIBCgKCAQEAwQbdzqVXLImumy2/WAq/SLjqrYpI2SskEl1GiJxPOjCpgh9VhLkKGSqiFxWXqGhHLKOW4hG7d+bS13FDr7tto+LKPniJyOld0gp4SpvSE1x1A8cnVTaOI/mAUQ6FnWqxtBvzkx9Tm3AB36tO0XzuQnw36DBkDkUeXaK7FhuCMVjlBJkinV23sVmA4LatyuNhdGXDUFIaZTFNRXmkg4H9BaZz4VAec/JT9uZI5fJ6xjL7U6v1A35RtEuRsPgq2b1r4m+ImJPU6zBVG9VdjJr77HZsPSLcfLyuZrUnMjxdklrypHOSNZRcktBmBLl+Lib1gufiA7q/bJyOXLZCiNx7JwIDAQAB",
);

/// The private key, in PEM, and the public one as verifiers take it.
pub const P256: (&str, &str) = (
    "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYMPaEw+sc0Ocei2q
DfvJsWdYYaXNn1R85ct04Pn388GhRANCAAR7fBbJYoCVlzmbYowoaQo95NpBWEx5
+mmzeg2YDf14uEsunnw09KX+Ss2Z9sefmN+3VJekSm1dLmwgT9gPMzQw
-----END PRIVATE KEY-----
",
    "BHt8FsligJWXOZtijChpCj3k2kFYTHn6abN6DZgN/Xi4Sy6efDT0pf5KzZn2x5+Y37dUl6RKbV0ubCBP2A8zNDA=",
);

/// The private key, in PEM, and the public one as verifiers take it.
pub const P384: (&str, &str) = (
    "-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAz8l0w3n/iZL6ktfgB
kz5YO6fpcnNpBVE2sv2KJpjjUjvi/ActOMcz/zi2Xfxs6YehZANiAAT2KyGjBeQ1
uIAVPuj/rVZvjJ6X999o5eZlDmjfKdQ+1v+efwX3ld/h2Ca11nb67zLmSnzHbEdk
VYOnkZxFC2DSbasJFQ4fvslSncM+InnmbNiEy4nr1MSrnzOUluOfGd0=
-----END PRIVATE KEY-----
",
    "BPYrIaMF5DW4gBU+6P+tVm+Mnpf332jl5mUOaN8p1D7W/55/BfeV3+HYJrXWdvrvMuZKfMdsR2RVg6eRnEULYNJtqwkVDh++yVKdwz4ieeZs2ITLievUxKufM5SW458Z3Q==",
);

/// The private key, in PEM, and the public one as verifiers take it.
pub const ED25519: (&str, &str) = (
    "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEILW5pIX0wM3G0FeFQdbVlqFDzx3j6dc6goXR/gjPA8w9
-----END PRIVATE KEY-----
",
    "1RN8IT2VAvCdoSXA51FHTl3DMG+uDqDJ1gf1fmin0T8=",
);
