//! Copies of images.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::place::{HANDLER, Place, creates, large_zip, without_noise};
use crate::support::cloud::S3;
use crate::support::proxy::{Fault, Request};

/// `my-fn` is an image, as far as reading it tells; what is asked for is kept, and runs from a package after all.
fn image(asked: &Arc<Mutex<Vec<Value>>>) -> impl Fn(&S3, &Request) -> Option<Fault> + use<> {
    let asked = Arc::clone(asked);
    move |_, request| {
        if request.is_get() && request.path.ends_with("/functions/my-fn") {
            let uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/mine";
            return Some(Fault::RewriteAll(vec![
                (
                    "\"PackageType\":\"Zip\"".into(),
                    "\"PackageType\":\"Image\",\"ImageConfigResponse\":{\"ImageConfig\":\
                     {\"Command\":[\"app.run\"],\"WorkingDirectory\":\"/srv\"}}"
                        .into(),
                ),
                (
                    "\"RepositoryType\":\"S3\"".into(),
                    format!(
                        "\"RepositoryType\":\"ECR\",\"ImageUri\":\"{uri}:latest\",\
                         \"ResolvedImageUri\":\"{uri}@sha256:abc\""
                    ),
                ),
            ]));
        }
        if !creates(request) {
            return None;
        }
        let mut body: Value = serde_json::from_str(&request.body).unwrap();
        asked.lock().unwrap().push(body.clone());
        let zip = without_noise(&large_zip("lambda_function.py", HANDLER, 8));
        body["Code"] = json!({ "ZipFile": BASE64_STANDARD.encode(zip) });
        body["PackageType"] = "Zip".into();
        body["Runtime"] = "python3".into();
        body["Handler"] = "lambda_function.lambda_handler".into();
        body.as_object_mut().unwrap().remove("ImageConfig");
        Some(Fault::Instead(body.to_string()))
    }
}

#[test]
fn a_copy_of_an_image_is_made_of_the_same_image() {
    let asked = Arc::default();
    let place = Place::with(S3::start(), image(&asked));
    place.run(&["--after", "deployed"]).success();
    place.nothing_is_left();
    let asked = asked.lock().unwrap();
    let [asked] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(asked["PackageType"], "Image");
    assert_eq!(
        asked["Code"],
        json!({"ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/mine@sha256:abc"})
    );
    assert_eq!(
        asked["ImageConfig"],
        json!({"Command": ["app.run"], "WorkingDirectory": "/srv"})
    );
    for absent in ["Runtime", "Handler", "Layers"] {
        assert!(asked.get(absent).is_none(), "{absent}: {asked}");
    }
    assert!(asked["MemorySize"].is_number() && asked["Role"].is_string());
    let subject = &place.test.result()["subjects"][0];
    assert_eq!(subject["package_bytes"], Value::Null);
    let warnings = place.test.result()["warnings"].to_string();
    assert!(warnings.contains("its size is not known"), "{warnings}");
}

#[test]
fn a_package_in_the_place_of_an_image_is_refused() {
    let asked = Arc::default();
    let place = Place::with(S3::start(), image(&asked));
    place.test.write("new/lambda_function.py", HANDLER);
    place
        .run(&["--after", "new"])
        .fails_with(2)
        .says("it is a container image, and a package can't take the image's place");
    place
        .run(&["--after", "deployed", "--no-handler"])
        .fails_with(2)
        .says("--no-handler can't take the image's place");
    assert!(asked.lock().unwrap().is_empty());
    place.nothing_is_left();
}
